import DequeModule

/// Decides what each step computes: computed tokens catch up with known tokens, and nothing else tells prefill from
/// decode.
///
/// Pure: it knows counts, slots and block numbers, but no tokens, no clock and no device. Sequences that decode come
/// first, then prompts in the order of their arrival, as far as the step's token budget reaches. When blocks run out, the
/// youngest sequence that this step does not need gives its memory back and is computed again later.
package struct Scheduler: Sendable {
    private struct Entry: Sendable {
        let promptCount: Int
        var knownCount: Int
        var computedCount = 0
        var slot: Int?
        var blocks: [Int32] = []

        /// A preempted sequence has its prompt, and what it had written, to compute again.
        var isDecoding: Bool { computedCount >= promptCount }
        var isCaughtUp: Bool { computedCount == knownCount }
    }

    package let settings: SchedulerSettings
    private var entries: [SequenceID: Entry] = [:]
    private var waiting: Deque<SequenceID> = []
    /// In the order of admission, oldest first.
    private var running: [SequenceID] = []
    private var freeSlots: [Int]
    private var freeBlocks: [Int32]

    package init(settings: SchedulerSettings) {
        self.settings = settings
        // Taken from the end, so low numbers are used first.
        freeSlots = Array((0..<settings.maxSequences).reversed())
        freeBlocks = Array((0..<Int32(settings.blockCount)).reversed())
    }

    package var waitingCount: Int { waiting.count }
    package var runningCount: Int { running.count }
    package var freeBlockCount: Int { freeBlocks.count }
    package var freeSlotCount: Int { freeSlots.count }
    package var isIdle: Bool { entries.isEmpty }
    /// Sequences whose answers go on in the next step.
    package var answerCount: Int {
        running.count { id in entries[id].map { $0.isDecoding && !$0.isCaughtUp } ?? false }
    }

    /// The longest sequence that can ever be computed, in tokens.
    package var capacityTokens: Int { settings.blockCount * settings.blockTokens }

    /// Queues a sequence.
    ///
    /// - Precondition: It is new, not empty, and fits `capacityTokens` at its longest.
    package mutating func add(_ id: SequenceID, promptCount: Int) {
        precondition(entries[id] == nil && promptCount > 0 && promptCount <= capacityTokens)
        entries[id] = Entry(promptCount: promptCount, knownCount: promptCount)
        waiting.append(id)
    }

    /// Tells that tokens of a sequence became known, sampled or forced.
    package mutating func extend(_ id: SequenceID, by count: Int) {
        entries[id]?.knownCount += count
    }

    /// Forgets a sequence, wherever it is, and frees what it holds.
    package mutating func remove(_ id: SequenceID) {
        release(id)
        entries[id] = nil
        running.removeAll { $0 == id }
        waiting.removeAll { $0 == id }
    }

    /// Chooses the next step's work and counts it as computed.
    ///
    /// - Parameter promptLimit: The most tokens of prompts.
    /// - Returns: The step; empty if nothing can be done within the limit.
    package mutating func plan(promptLimit: Int = .max) -> StepPlan {
        var plan = StepPlan()
        var room = settings.stepTokenBudget
        var planned: Set<SequenceID> = []
        let decoding = running.filter { entries[$0]?.isDecoding == true }
        let prompts = running.filter { entries[$0]?.isDecoding == false }
        /// Takes what there is room for; an earlier sequence may have taken this one's memory.
        func take(_ id: SequenceID) -> Bool {
            guard entries[id]?.slot != nil, let chunk = chunk(of: id, room: room, planned: planned, plan: &plan) else {
                return false
            }
            plan.chunks.append(chunk)
            planned.insert(id)
            room -= chunk.tokens.count
            return true
        }
        for id in decoding where room > 0 { _ = take(id) }
        plan.answerCount = plan.chunks.count
        room = min(room, promptLimit)
        for id in prompts where room > 0 { _ = take(id) }
        while room > 0, plan.preempted.isEmpty, let id = admitNext(), take(id) {}
        return plan
    }

    /// Gives the first waiting sequence a slot, if all its known tokens find room at once.
    private mutating func admitNext() -> SequenceID? {
        guard let id = waiting.first, let entry = entries[id], !freeSlots.isEmpty,
            blockCount(for: entry.knownCount) <= freeBlocks.count
        else { return nil }
        waiting.removeFirst()
        running.append(id)
        entries[id]?.slot = freeSlots.popLast()
        return id
    }

    private mutating func chunk(
        of id: SequenceID,
        room: Int,
        planned: Set<SequenceID>,
        plan: inout StepPlan
    ) -> StepPlan.Chunk? {
        guard var entry = entries[id], let slot = entry.slot, !entry.isCaughtUp else { return nil }
        let start = entry.computedCount
        var end = min(entry.knownCount, start + room)
        while entry.blocks.count < blockCount(for: end) {
            if let block = freeBlocks.popLast() {
                entry.blocks.append(block)
            } else if let victim = running.last(where: { !planned.contains($0) && $0 != id }), isYounger(victim, id) {
                preempt(victim, &plan)
            } else {
                end = min(end, entry.blocks.count * settings.blockTokens)
            }
        }
        entry.computedCount = max(start, end)
        entries[id] = entry
        guard end > start else { return nil }
        return StepPlan.Chunk(
            sequence: id,
            slot: slot,
            tokens: start..<end,
            blocks: entry.blocks,
            isComplete: entry.isCaughtUp,
            startsFresh: start == 0
        )
    }

    private func isYounger(_ id: SequenceID, _ other: SequenceID) -> Bool {
        guard let place = running.firstIndex(of: id), let otherPlace = running.firstIndex(of: other) else {
            return false
        }
        return place > otherPlace
    }

    private mutating func preempt(_ id: SequenceID, _ plan: inout StepPlan) {
        release(id)
        entries[id]?.computedCount = 0
        running.removeAll { $0 == id }
        waiting.prepend(id)
        plan.preempted.append(id)
    }

    private mutating func release(_ id: SequenceID) {
        guard let entry = entries[id] else { return }
        freeBlocks.append(contentsOf: entry.blocks)
        if let slot = entry.slot { freeSlots.append(slot) }
        entries[id]?.blocks = []
        entries[id]?.slot = nil
    }

    private func blockCount(for tokens: Int) -> Int { (tokens + settings.blockTokens - 1) / settings.blockTokens }
}
