/// Slots and blocks: who gets them, and who gives them up.
extension Scheduler {
    enum Admission {
        case admitted(SequenceID)
        /// Another sequence is computing what this one can then go on from.
        case waitsForPrefix
        case noMemory
    }

    /// Blocks that running sequences may still take; the reserve is not theirs.
    var availableBlockCount: Int {
        pool.freeCount + pool.cachedOnlyCount - max(0, settings.reserveBlockCount - savedBlockCount)
    }

    func blockCount(for tokens: Int) -> Int { (tokens + settings.blockTokens - 1) / settings.blockTokens }

    /// Gives the first waiting sequence of a share a slot, if all its known tokens find room at once.
    mutating func admitFirst(of key: ShareKey, _ draft: inout Draft) -> Admission {
        guard let id = shares.first(key), let entry = entries[id], let slot = freeSlots.last else { return .noMemory }
        if let saved = entry.savedSlot {
            guard resume(id, entry) else { return .noMemory }
            draft.plan.operations.append(.copy(from: saved, to: slot))
        } else {
            let (commonCount, hit) = match(entry.demand)
            if isComputingPrefix(of: id, beyond: hit?.position ?? 0) { return .waitsForPrefix }
            pool.retain(hit?.blocks ?? [])
            guard availableBlockCount >= blockCount(for: entry.knownCount) - (hit?.blocks.count ?? 0) else {
                pool.release(hit?.blocks ?? [])
                return .noMemory
            }
            if let hit { cache.use(hit) }
            draft.plan.operations.append(hit.map { .copy(from: $0.snapshot, to: slot) } ?? .clear(slot: slot))
            begin(id, at: hit, commonCount: commonCount, &draft)
        }
        freeSlots.removeLast()
        entries[id]?.slot = slot
        shares.startFirst(key)
        running.append(id)
        return .admitted(id)
    }

    /// Puts a sequence where the cache lets it go on, or at its start.
    private mutating func begin(_ id: SequenceID, at hit: PrefixCache.Hit?, commonCount: Int, _ draft: inout Draft) {
        guard var entry = entries[id] else { return }
        entry.computedCount = hit?.position ?? 0
        entry.chargedCount = max(entry.chargedCount, entry.computedCount)
        entry.blocks = hit?.blocks ?? []
        entry.snapshotPoints = snapshotPoints(entry.demand, beyond: entry.computedCount, commonCount: commonCount)
        if !entry.hasStarted {
            entry.hasStarted = true
            draft.plan.starts.append(StepPlan.Start(sequence: id, cachedTokens: entry.computedCount))
        }
        entries[id] = entry
    }

    /// Takes a saved sequence out of the reserve, if it and its next tokens then have room.
    private mutating func resume(_ id: SequenceID, _ entry: Entry) -> Bool {
        savedBlockCount -= entry.blocks.count
        guard availableBlockCount >= blockCount(for: entry.knownCount) - entry.blocks.count else {
            savedBlockCount += entry.blocks.count
            return false
        }
        if let saved = entry.savedSlot { cache.returnSlot(saved) }
        entries[id]?.savedSlot = nil
        return true
    }

    /// Gives a sequence blocks for `end` tokens, from those who have to give way if need be.
    ///
    /// - Returns: For how many tokens it has blocks.
    mutating func allocate(upTo end: Int, for id: SequenceID, _ draft: inout Draft) -> Int {
        guard var blocks = entries[id]?.blocks else { return 0 }
        while blocks.count < blockCount(for: end) {
            if availableBlockCount > 0 {
                if let block = pool.take() { blocks.append(block) } else if !cache.evictLeast(pool: &pool) { break }
            } else if let victim = victim(for: id, draft) {
                preempt(victim, &draft)
                draft.isShort = true
            } else {
                break
            }
        }
        entries[id]?.blocks = blocks
        return blocks.count * settings.blockTokens
    }

    /// Who gives way when blocks run out: the youngest of a share that holds more than its part, for one that does not;
    /// else the youngest, for an older one. The oldest never does, so that it always comes to its end.
    private func victim(for id: SequenceID, _ draft: Draft) -> SequenceID? {
        guard let own = running.firstIndex(of: id), let key = entries[id]?.demand.share else { return nil }
        let candidates = running.indices.dropFirst().filter {
            running[$0] != id && !draft.planned.contains(running[$0])
        }
        if let paused = pausedVictim(for: id, draft) { return paused }
        if !holdsTooManyBlocks(key) {
            let greedy = candidates.last { index in
                entries[running[index]].map { holdsTooManyBlocks($0.demand.share) } ?? false
            }
            if let greedy { return running[greedy] }
        }
        return candidates.last { $0 > own }.map { running[$0] }
    }

    private func holdsTooManyBlocks(_ key: ShareKey) -> Bool {
        let held = running.compactMap { entries[$0] }.filter { $0.demand.share == key }.reduce(0) {
            $0 + $1.blocks.count
        }
        return Double(held) > shares.fraction(key) * Double(settings.blockCount - settings.reserveBlockCount)
    }

    /// When the share that is next has less than its part of the slots and finds no memory, one with more gives way.
    mutating func makeRoomForUnderserved(_ draft: inout Draft) {
        guard let key = shares.next(where: { shares.first($0) != nil }), let id = shares.first(key),
            let demand = entries[id]?.demand
        else { return }
        let position = demand.prompt.count - uncachedCount(demand)
        guard entries[id]?.savedSlot != nil || !isComputingPrefix(of: id, beyond: position) else { return }
        while !hasRoom(for: id), let debtor = shares.debtor(to: key, slotCount: settings.maxSequences),
            let victim = running.last(where: { entries[$0]?.demand.share == debtor })
        {
            preempt(victim, &draft)
        }
    }

    func hasRoom(for id: SequenceID) -> Bool {
        guard let entry = entries[id], !freeSlots.isEmpty else { return false }
        return blockCount(for: entry.knownCount) - entry.blocks.count <= availableBlockCount
    }

    /// Takes a running sequence's slot: its state is saved if that is cheaper than computing it again, and possible.
    mutating func preempt(_ id: SequenceID, _ draft: inout Draft) {
        guard let entry = entries[id], let slot = entry.slot else { return }
        let hit = match(entry.demand).hit
        let lostCount = entry.computedCount - (hit?.position ?? 0)
        let fits = savedBlockCount + entry.blocks.count <= settings.reserveBlockCount
        if lostCount > draft.savingCost, fits, let saved = cache.takeSlot(worth: lostCount, pool: &pool) {
            draft.plan.operations.append(.copy(from: slot, to: saved))
            draft.plan.savedCount += 1
            entries[id]?.savedSlot = saved
            savedBlockCount += entry.blocks.count
        } else {
            pool.release(entry.blocks)
            entries[id]?.blocks = []
            entries[id]?.computedCount = 0
        }
        entries[id]?.slot = nil
        freeSlots.append(slot)
        running.removeAll { $0 == id }
        shares.interrupt(id, entry.demand.share)
        if entry.isPaused { park(id) }
        draft.plan.preempted.append(id)
    }

    /// Frees what a sequence holds.
    mutating func release(_ id: SequenceID) {
        guard let entry = entries[id] else { return }
        pool.release(entry.blocks)
        if let slot = entry.slot { freeSlots.append(slot) }
        if let saved = entry.savedSlot {
            cache.returnSlot(saved)
            savedBlockCount -= entry.blocks.count
        }
    }
}
