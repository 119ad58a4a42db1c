/// What is kept of prompts, and where.
extension Scheduler {
    /// Where a sequence's state shall be kept, ascending.
    ///
    /// Beside the places that the request names: where this prompt parts from one that is stored, for both will have
    /// others like them; and at a sparse interval, for prompts that part at places nobody named.
    func snapshotPoints(_ demand: SequenceDemand, beyond start: Int, commonCount: Int) -> [Int] {
        guard settings.snapshotCount > 0 else { return [] }
        let end = demand.prompt.count - 1
        let interval = settings.snapshotInterval
        let regular = stride(from: interval, through: end, by: interval)
        let wholeBlocks = (demand.snapshotPoints + [commonCount]).map {
            $0 / settings.blockTokens * settings.blockTokens
        }
        return Set(wholeBlocks + regular).filter { $0 > start && $0 <= end }.sorted()
    }

    /// Keeps the states of sequences that the last step brought to such a place. Their slots still hold them.
    mutating func keepReachedSnapshots(_ draft: inout Draft) {
        for id in running {
            guard let entry = entries[id], let slot = entry.slot, let point = entry.snapshotPoints.first,
                point == entry.computedCount
            else { continue }
            entries[id]?.snapshotPoints.removeFirst()
            let (prompt, scope) = (entry.demand.prompt, entry.demand.cacheScope)
            let stored = cache.match(Array(prompt.prefix(point + 1)), scope: scope).hit?.position ?? 0
            guard stored < point, let target = cache.takeSlot(worth: point - stored, pool: &pool) else { continue }
            draft.plan.operations.append(.copy(from: slot, to: target))
            cache.store(prompt, count: point, blocks: entry.blocks, scope: scope, slot: target, pool: &pool)
        }
    }

    /// Whether a running sequence of the same share will keep a state that this one can go on from, far enough behind
    /// `position` to be worth waiting for.
    func isComputingPrefix(of id: SequenceID, beyond position: Int) -> Bool {
        guard let demand = entries[id]?.demand, !demand.needsPromptLogits else { return false }
        let worthwhile = position + 4 * settings.blockTokens
        return running.contains { other in
            guard let entry = entries[other], entry.demand.share == demand.share,
                entry.demand.cacheScope == demand.cacheScope, !entry.isDecoding,
                let last = entry.snapshotPoints.last, last >= worthwhile
            else { return false }
            let common = zip(entry.demand.prompt, demand.prompt.dropLast()).prefix { $0 == $1 }.count
            return entry.snapshotPoints.contains { $0 >= worthwhile && $0 <= common }
        }
    }

    /// How much of a new sequence's prompt would have to be computed.
    package func uncachedCount(_ demand: SequenceDemand) -> Int {
        demand.prompt.count - (match(demand).hit?.position ?? 0)
    }

    /// How much of a prompt is known, and where a sequence can go on from; nowhere if the logits of all of it are wanted.
    func match(_ demand: SequenceDemand) -> (commonCount: Int, hit: PrefixCache.Hit?) {
        let (commonCount, hit) = cache.match(demand.prompt, scope: demand.cacheScope)
        return (commonCount, demand.needsPromptLogits ? nil : hit)
    }

    /// Tokens of prompts that a share has to compute before a new sequence of it begins.
    package func promptBacklog(of key: ShareKey) -> Int {
        let started = running.filter { entries[$0]?.demand.share == key }
        return (started + shares.waiting(key)).reduce(0) { sum, id in
            sum + (entries[id].map { max(0, $0.demand.prompt.count - $0.computedCount) } ?? 0)
        }
    }
}
