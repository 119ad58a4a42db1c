/// Sequences whose readers do not keep up: they are passed over, and give way to everybody else.
extension Scheduler {
    /// Lets a sequence's answer rest; it keeps its slot and blocks as long as nobody needs them.
    package mutating func pause(_ id: SequenceID) {
        guard let entry = entries[id], !entry.isPaused else { return }
        entries[id]?.isPaused = true
        if entry.slot == nil { park(id) }
    }

    /// Lets a sequence's answer go on; if it has given way meanwhile, it is the next of its share.
    package mutating func resume(_ id: SequenceID) {
        guard let entry = entries[id], entry.isPaused else { return }
        entries[id]?.isPaused = false
        guard entry.slot == nil else { return }
        shares.enqueue(id, entry.demand.share, weight: entry.demand.weight, atFront: true)
    }

    /// Takes a sequence without a slot out of the queue, where it would be in the way of others.
    mutating func park(_ id: SequenceID) {
        if let share = entries[id]?.demand.share { shares.remove(id, share, isRunning: false) }
    }

    /// When the sequence that is next finds no room, paused ones give way to it.
    mutating func makeRoomOfPaused(_ draft: inout Draft) {
        guard let key = shares.next(where: { shares.first($0) != nil }), let id = shares.first(key) else { return }
        while !hasRoom(for: id), let paused = running.last(where: { entries[$0]?.isPaused == true }) {
            preempt(paused, &draft)
        }
    }

    /// The paused sequence that gives way first when another one's blocks run out.
    func pausedVictim(for id: SequenceID, _ draft: Draft) -> SequenceID? {
        running.last { $0 != id && entries[$0]?.isPaused == true && !draft.planned.contains($0) }
    }
}
