/// Decides what each step computes: computed tokens catch up with known tokens, and nothing else tells prefill from
/// decode.
///
/// Pure: it knows tokens, slots and block numbers, but no clock and no device. Sequences that decode come first, then
/// prompts, as far as the step's token budget reaches: of the share that was served least, and in it of the sequence that
/// came first. `Scheduler+Memory` has how slots and blocks are found, `Scheduler+Prefixes` what is kept of prompts.
package struct Scheduler: Sendable {
    struct Entry: Sendable {
        let demand: SequenceDemand
        var knownCount: Int
        var computedCount = 0
        /// Tokens that its share has paid for, or got for nothing.
        var chargedCount = 0
        var slot: Int?
        /// Where its state is while it has no slot.
        var savedSlot: Int?
        var blocks: [Int32] = []
        /// Where its state shall be kept for others, ascending; the first may have been reached.
        var snapshotPoints: [Int] = []
        var hasStarted = false
        /// Its answer does not go on for the time being.
        var isPaused = false

        init(_ demand: SequenceDemand) {
            self.demand = demand
            knownCount = demand.prompt.count
        }

        /// A preempted sequence has its prompt, and what it had written, to compute again.
        var isDecoding: Bool { computedCount >= demand.prompt.count }
        var isCaughtUp: Bool { computedCount == knownCount }
        /// What is lost of a paused sequence is computed again all the same, so that nobody waits for it.
        var hasWork: Bool { !isCaughtUp && !(isPaused && isDecoding) }
    }

    /// A plan in the making.
    struct Draft {
        var plan = StepPlan()
        var planned: Set<SequenceID> = []
        var room: Int
        /// Tokens of prompts whose logits can still be told.
        var promptRows: Int
        /// Tokens whose computation costs as much as saving a state and putting it back.
        let savingCost: Int
        /// How many tokens of sequences that decode can be guessed.
        let guesses: [SequenceID: Int]
        /// Whether memory ran out, so that nobody new may begin.
        var isShort = false
    }

    package let settings: SchedulerSettings
    var entries: [SequenceID: Entry] = [:]
    var shares = FairShares()
    /// In the order of admission, oldest first.
    var running: [SequenceID] = []
    var freeSlots: [Int]
    var pool: BlockPool
    var cache: PrefixCache
    /// Blocks of preempted sequences with a saved state.
    var savedBlockCount = 0

    package init(settings: SchedulerSettings) {
        self.settings = settings
        // Taken from the end, so low numbers are used first.
        freeSlots = Array((0..<settings.maxSequences).reversed())
        pool = BlockPool(count: settings.blockCount)
        cache = PrefixCache(blockTokens: settings.blockTokens, slots: settings.snapshotSlots)
    }

    package var waitingCount: Int { shares.waitingCount }
    package var runningCount: Int { running.count }
    package var freeSlotCount: Int { freeSlots.count }
    package var isIdle: Bool { entries.isEmpty }
    /// Who holds which blocks.
    package var blocks: BlockPool { pool }
    /// What is kept of prompts.
    package var prefixes: PrefixCache { cache }
    /// Sequences whose answers go on in the next step.
    package var answerCount: Int { decodingSequences.count }
    /// These sequences.
    package var decodingSequences: [SequenceID] {
        running.filter { id in entries[id].map { $0.isDecoding && $0.hasWork } ?? false }
    }

    /// Queues a sequence.
    ///
    /// - Precondition: It is new, not empty, and fits the settings' capacity at its longest.
    package mutating func add(_ id: SequenceID, _ demand: SequenceDemand) {
        precondition(entries[id] == nil && !demand.prompt.isEmpty && demand.prompt.count <= settings.capacityTokens)
        entries[id] = Entry(demand)
        shares.enqueue(id, demand.share, weight: demand.weight)
    }

    /// Tells that tokens of a sequence became known, sampled or forced.
    package mutating func extend(_ id: SequenceID, by count: Int) {
        entries[id]?.knownCount += count
    }

    /// Forgets a sequence, wherever it is, and frees what it holds.
    package mutating func remove(_ id: SequenceID) {
        guard let entry = entries[id] else { return }
        release(id)
        entries[id] = nil
        running.removeAll { $0 == id }
        shares.remove(id, entry.demand.share, isRunning: entry.slot != nil)
    }

    /// Chooses the next step's work and counts it as computed.
    ///
    /// - Parameters:
    ///   - promptLimit: The most tokens of prompts.
    ///   - savingCost: Tokens whose computation costs as much as saving a state and putting it back.
    ///   - guesses: How many tokens behind the known ones of sequences that decode can be guessed.
    /// - Returns: The step; without chunks if nothing can be done within the limit.
    package mutating func plan(
        promptLimit: Int = .max,
        savingCost: Int = 0,
        guesses: [SequenceID: Int] = [:]
    ) -> StepPlan {
        var draft = Draft(
            room: settings.stepTokenBudget,
            promptRows: settings.promptLogitRows,
            savingCost: savingCost,
            guesses: guesses
        )
        keepReachedSnapshots(&draft)
        if promptLimit > 0 {
            makeRoomForUnderserved(&draft)
            makeRoomOfPaused(&draft)
        }
        for id in running where entries[id]?.isDecoding == true && draft.room > 0 { _ = take(id, &draft) }
        draft.plan.answerCount = draft.plan.chunks.count
        draft.room = min(draft.room, promptLimit)
        takePrompts(&draft)
        return draft.plan
    }

    /// Prompts by shares: the one that was served least goes on with its oldest prompt, or begins its next one.
    private mutating func takePrompts(_ draft: inout Draft) {
        var done: Set<ShareKey> = []
        var admits = true
        while draft.room > 0 {
            let started = Dictionary(
                running.compactMap { id in
                    entries[id].flatMap { $0.isDecoding || draft.planned.contains(id) ? nil : ($0.demand.share, id) }
                },
                uniquingKeysWith: { first, _ in first }
            )
            let mayAdmit = admits && !draft.isShort
            let key = shares.next {
                !done.contains($0) && (started[$0] != nil || mayAdmit && shares.first($0) != nil)
            }
            guard let key else { return }
            if let id = started[key] {
                if !take(id, &draft) { done.insert(key) }
                continue
            }
            switch admitFirst(of: key, &draft) {
            case .admitted(let id): if !take(id, &draft) { done.insert(key) }
            case .waitsForPrefix: done.insert(key)
            // Whoever is next in line waits for memory, and nobody passes by.
            case .noMemory: admits = false
            }
        }
    }

    /// Plans as much of a sequence as there is room and memory for; an earlier one may have taken its memory.
    private mutating func take(_ id: SequenceID, _ draft: inout Draft) -> Bool {
        guard let entry = entries[id], let slot = entry.slot, entry.hasWork else { return false }
        let start = entry.computedCount
        var end = min(entry.knownCount, start + draft.room)
        if let point = entry.snapshotPoints.first { end = min(end, point) }
        let tellsPrompt = entry.demand.needsPromptLogits && !entry.isDecoding
        if tellsPrompt { end = min(end, start + draft.promptRows) }
        end = min(end, allocate(upTo: end, for: id, &draft))
        guard end > start, let blocks = entries[id]?.blocks else { return false }
        entries[id]?.computedCount = end
        charge(id, upTo: end)
        if tellsPrompt { draft.promptRows -= end - start }
        let draftCount =
            end == entry.knownCount && !tellsPrompt ? roomForGuesses(id, draft.room - (end - start), draft) : 0
        draft.plan.chunks.append(
            StepPlan.Chunk(
                sequence: id,
                slot: slot,
                tokens: start..<end,
                draftCount: draftCount,
                blocks: entries[id]?.blocks ?? blocks,
                isComplete: end == entry.knownCount,
                tellsPrompt: tellsPrompt
            )
        )
        draft.planned.insert(id)
        draft.room -= end - start + draftCount
        return true
    }

    /// Guesses take what room is left, and blocks that are free: nobody gives way for them.
    private mutating func roomForGuesses(_ id: SequenceID, _ room: Int, _ draft: Draft) -> Int {
        guard let wanted = draft.guesses[id], let entry = entries[id] else { return 0 }
        let end = entry.knownCount + max(0, min(wanted, room))
        while let blocks = entries[id]?.blocks, blocks.count < blockCount(for: end), availableBlockCount > 0,
            let block = pool.take()
        {
            entries[id]?.blocks.append(block)
        }
        let covered = (entries[id]?.blocks.count ?? 0) * settings.blockTokens
        return max(0, min(end, covered) - entry.knownCount)
    }

    /// Tells how many guesses of the last step were right: those tokens are computed.
    ///
    /// - Precondition: They are known, and so is one more behind them.
    package mutating func accept(_ id: SequenceID, count: Int) {
        guard let entry = entries[id], count > 0 else { return }
        precondition(entry.computedCount + count < entry.knownCount)
        entries[id]?.computedCount += count
        charge(id, upTo: entry.computedCount + count)
    }

    /// How many tokens of a sequence's prompt were computed or found in the cache so far.
    package func coveredPromptCount(of id: SequenceID) -> Int {
        entries[id].map { min($0.chargedCount, $0.demand.prompt.count) } ?? 0
    }

    /// What is computed again after a preemption has been paid for.
    private mutating func charge(_ id: SequenceID, upTo end: Int) {
        guard let entry = entries[id], end > entry.chargedCount else { return }
        let promptEnd = entry.demand.prompt.count
        shares.charge(
            entry.demand.share,
            promptTokens: max(0, min(end, promptEnd) - entry.chargedCount),
            answerTokens: max(0, end - max(promptEnd, entry.chargedCount))
        )
        entries[id]?.chargedCount = end
    }
}
