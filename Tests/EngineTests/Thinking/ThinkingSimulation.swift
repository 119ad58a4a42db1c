import Engine
import Grammar
import NemotronH
import Synchronization

/// Many scripted requests at once through a real engine, each compared with what it must give alone.
struct ThinkingSimulation {
    /// What was seen.
    struct Report {
        var requestCount = 0
        var choiceCount = 0
        var tokenCount = 0
        var preemptions = 0
        var cachedTokens = 0
        var controls = 0
        var largestBatch = 0
        var endings: [ThinkingEnd: Int] = [:]
        /// Choices whose answer was bound to a form.
        var boundCount = 0
        var violations: [String] = []
    }

    /// One request and what happened to it.
    private final class Case: Sendable {
        let request: GenerationRequest
        let script: ThoughtScript
        let closing: String
        let form: AnswerForm?
        let events = Mutex<[GenerationEvent]>([])
        let controls = Mutex<[(control: ThinkingControl, choices: [ControlledChoice])]>([])

        init(_ request: GenerationRequest, _ script: ThoughtScript, closing: String, form: AnswerForm?) {
            self.request = request
            self.form = form
            self.script = script
            self.closing = closing
        }

        var isCancelled: Bool {
            events.withLock { $0.contains { if case .cancelled = $0 { true } else { false } } }
        }
    }

    static let closings = [
        "\n</think>\n\n", "", "</think>", " a a</think>BB ", "a<think>a", "a</think>B<think>a</think>B",
        "a</think>B<think>a",
        "SPECIAL_12", "a<TOOLCALL>a", "a</think></think>B", "</th", " </think> B",
    ]

    /// Those that have no text behind the tag, which would stand in front of a bound answer.
    static let closingsOfForms = ["\n</think>\n\n", "", "</think>", "SPECIAL_12", "</th"]

    private static let trie = TokenTrie(ScriptVocabulary.pieces)

    private let seed: Int
    private var random: TestRandom
    private var report = Report()

    /// - Returns: What a number of requests gave, with settings that follow from the seed.
    static func run(seed: Int, requestCount: Int) -> Report {
        var simulation = ThinkingSimulation(seed: seed, random: TestRandom(seed))
        simulation.run(requestCount)
        return simulation.report
    }

    private init(seed: Int, random: TestRandom) {
        self.seed = seed
        self.random = random
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func chance(_ part: Int) -> Bool { number(1...part) == 1 }

    private mutating func run(_ count: Int) {
        let cases = (0..<count).map { makeCase($0) }
        let rows = 64 + 16
        let runner = ScriptedRunner(
            cases.map(\.script),
            startsThinking: cases.map(\.request.startsThinking),
            rowCount: rows
        )
        let core = makeCore(runner)
        drive(core, cases)
        report.requestCount = count
        report.largestBatch = runner.largestBatch
        report.preemptions = core.statistics.savedPreemptions + core.statistics.recomputedPreemptions
        report.cachedTokens = core.statistics.cachedPromptTokens
        for (index, one) in cases.enumerated() { check(one, index) }
    }

    private mutating func makeCore(_ runner: ScriptedRunner) -> EngineCore<ScriptVocabulary> {
        let sequences = [1, 2, 4, 8, 16, 33, 64][seed % 7]
        // Enough for the longest sequence, and seldom for all of them.
        let blocks = 50 + number(0...(sequences * 12))
        return EngineCore(
            runner: runner,
            vocabulary: ScriptVocabulary(),
            settings: SchedulerSettings(
                maxSequences: sequences,
                stepTokenBudget: sequences + number(0...64),
                blockTokens: 4,
                blockCount: blocks,
                reserveBlockCount: chance(2) ? blocks / 8 : 0,
                snapshotCount: chance(3) ? 0 : number(1...8)
            ),
            pacer: PromptPacer(maxDelay: .milliseconds(1)),
            speculativeRows: chance(3) ? 16 : 0,
            now: { [clock = TestClock()] in clock.next() }
        )
    }

    private mutating func makeCase(_ index: Int) -> Case {
        let manner = ThoughtScript.Manner.allCases[number(0...(ThoughtScript.Manner.allCases.count - 1))]
        let limit = number(1...90)
        let form = chance(5) ? AnswerForm.all[number(0...(AnswerForm.all.count - 1))] : nil
        let closings = form == nil ? ThinkingSimulation.closings : ThinkingSimulation.closingsOfForms
        let closing = chance(2) ? closings[0] : closings[number(0...(closings.count - 1))]
        let budget: Int? = chance(4) ? nil : chance(6) ? 0 : number(1...48)
        let limits = ThinkingLimits(
            budget: budget,
            budgetCeiling: budget.flatMap { chance(2) ? $0 + number(0...20) : nil },
            budgetEnd: chance(4) ? .credits : .budget,
            graceTokens: chance(3) ? number(0...9) : 0,
            completionLimit: limit,
            minAnswerTokens: chance(3) ? number(1...30) : nil,
            closing: ClosingText(closing, encode: ScriptVocabulary.encode)
        )
        // A shared beginning, so that prompts hit each other's prefixes, and the script's name.
        let shared = Array(repeating: Int32(2 + number(0...2)), count: number(0...30))
        var request = GenerationRequest(
            prompt: shared + [ScriptedRunner.firstName + Int32(index)],
            startsThinking: !chance(5),
            limits: limits,
            sampling: SamplingParameters(temperature: chance(3) ? 0 : 1, seed: random.next()),
            stops: chance(3) ? [["STOP", "BÉ", "B\n"][number(0...2)]] : [],
            choiceCount: chance(4) ? number(2...4) : 1,
            snapshotPoints: shared.isEmpty ? [] : [shared.count]
        )
        request.constraint = form.map { TokenConstraint($0.grammar, trie: ThinkingSimulation.trie) }
        return Case(request, ThoughtScript(manner, length: 120, using: &random), closing: closing, form: form)
    }

    /// Submits in waves, and now and then cancels or controls a request on its way.
    private mutating func drive(_ core: EngineCore<ScriptVocabulary>, _ cases: [Case]) {
        var next = 0
        var steps = 0
        while next < cases.count || core.hasWork {
            if next < cases.count, core.requestCount < 100 {
                for _ in 0..<min(number(0...9), cases.count - next) {
                    let one = cases[next]
                    core.submit(RequestID(UInt64(next)), one.request) { event in
                        one.events.withLock { $0.append(event) }
                    }
                    next += 1
                }
            }
            if next > 0, chance(3) { disturb(core, cases[..<next]) }
            core.step()
            steps += 1
            guard steps < 400 * cases.count else {
                report.violations.append("seed \(seed): the engine does not come to an end")
                return
            }
        }
    }

    private mutating func disturb(_ core: EngineCore<ScriptVocabulary>, _ cases: ArraySlice<Case>) {
        let index = max(0, cases.count - 1 - number(0...20))
        let one = cases[index]
        let id = RequestID(UInt64(index))
        // Where thoughts are opened again, the number of thinking tokens does not tell when the wish came.
        guard ![.reopening, .noise].contains(one.script.manner), !one.closing.contains("B<think>") else {
            if chance(20) { core.cancel(id) }
            return
        }
        let bound = chance(3) ? number(0...60) : nil
        let control: ThinkingControl =
            chance(3)
            ? .look : chance(2) ? .end : .extend(by: number(1...20), bound: bound, end: chance(2) ? .credits : .budget)
        guard let choices = core.control(id, control) else { return }
        report.controls += choices.count(where: \.isApplied)
        one.controls.withLock { $0.append((control, choices)) }
    }

    // MARK: - Checks

    private mutating func check(_ one: Case, _ index: Int) {
        let events = one.events.withLock { $0 }
        guard !one.isCancelled else { return }
        if events.first != .accepted || events.last != .completed { fail(index, "no proper beginning and end") }
        for choice in 0..<one.request.choiceCount { check(one, choice, events, index) }
    }

    private mutating func check(_ one: Case, _ choice: Int, _ events: [GenerationEvent], _ index: Int) {
        var reasoning = ""
        var content = ""
        var result: ChoiceResult?
        for event in events {
            switch event {
            case .progressed(let more) where more.choice == choice:
                if result != nil { fail(index, "text behind the end") }
                reasoning += more.reasoning
                content += more.content
            case .choiceEnded(choice, let end): result = end
            default: break
            }
        }
        guard let result else { return fail(index, "choice \(choice) has no end") }
        report.choiceCount += 1
        report.tokenCount += result.completionTokens
        report.endings[result.thinkingEndedBy, default: 0] += 1

        let wishes = one.controls.withLock { controls in
            controls.compactMap { control, choices in
                choices.first { $0.choice == choice && $0.isApplied }
                    .map { ThoughtOracle.Wish(after: $0.reasoningTokens, control: control) }
            }
        }
        let seen = ThoughtOracle.Expectation(
            reasoning: reasoning,
            content: content,
            isStopped: result.finishReason == .stop,
            reasoningTokens: result.reasoningTokens,
            forcedTokens: result.forcedTokens,
            answerTokens: result.answerTokens,
            endedBy: result.thinkingEndedBy
        )
        if let form = one.form {
            report.boundCount += 1
            check(seen.content, form, isEndedByModel: seen.isStopped && one.request.ending.strings.isEmpty, index)
        } else {
            let expected = ThoughtOracle.expect(
                one.request,
                closing: one.closing,
                script: one.script,
                choice: choice,
                wishes: wishes
            )
            if seen != expected { fail(index, "\(one.script.manner): saw \(seen), expected \(expected)") }
        }
        checkRules(one, seen, result, wishes, index)
    }

    /// That a bound answer has its form, and is whole unless something cut it.
    private mutating func check(_ content: String, _ form: AnswerForm, isEndedByModel: Bool, _ index: Int) {
        if !form.isBeginning(content) { fail(index, "the answer '\(content)' has not its form") }
        if isEndedByModel, !form.isWhole(content) { fail(index, "the answer '\(content)' is not whole") }
    }

    /// The promises themselves, without the oracle.
    private mutating func checkRules(
        _ one: Case,
        _ seen: ThoughtOracle.Expectation,
        _ result: ChoiceResult,
        _ wishes: [ThoughtOracle.Wish],
        _ index: Int
    ) {
        let limits = one.request.limits
        let extension_ = wishes.reduce(0) { if case .extend(let tokens, _, _) = $1.control { $0 + tokens } else { $0 } }
        let bound = limits.budget.map {
            max($0, min($0 + extension_, limits.budgetCeiling ?? .max)) + limits.graceTokens
        }
        if one.request.startsThinking, let bound, seen.reasoningTokens > bound {
            fail(index, "\(seen.reasoningTokens) thinking tokens, bound \(bound)")
        }
        if !one.request.startsThinking, seen.reasoningTokens > 0 { fail(index, "a thought that nobody asked for") }
        if seen.reasoningTokens + seen.answerTokens + seen.forcedTokens != result.completionTokens
            || result.completionTokens > limits.completionLimit
        {
            fail(index, "the sum does not add up, or passes the limit")
        }
        for text in [seen.reasoning, seen.content] where text.contains("</think>") { fail(index, "a tag in '\(text)'") }
        if seen.content.contains("<think>") { fail(index, "a tag in '\(seen.content)'") }
        if seen.content.contains(where: ScriptVocabulary.thoughtLetters.contains), one.script.manner != .noise {
            fail(index, "a thought in the answer '\(seen.content)'")
        }
        if seen.reasoning.contains(where: ScriptVocabulary.answerLetters.contains) {
            fail(index, "an answer in the thought '\(seen.reasoning)'")
        }
        let isForced = [.budget, .reserve, .credits, .control].contains(result.thinkingEndedBy)
        guard isForced, !seen.isStopped, limits.leavesRoomToThink else { return }
        if seen.answerTokens < limits.minAnswerTokens { fail(index, "the reserve was not kept") }
        if one.script.manner == .endless, seen.answerTokens >= 3, seen.content.isEmpty {
            fail(index, "an empty answer")
        }
    }

    private mutating func fail(_ index: Int, _ what: String) {
        report.violations.append("seed \(seed), request \(index): \(what)")
    }
}
