/// The merges: which token two neighbours become, and how early.
///
/// An open-addressing hash table, at most half full, read by linear probing.
struct MergeTable: Sendable {
    /// The outcome of two tokens that never merge; it is greater than every rank.
    static let none = UInt64.max

    /// One entry: the pair, and the rank (upper half) with the id of the merged token (lower half).
    struct Slot: Sendable {
        var pair: UInt64
        var outcome: UInt64
    }

    private var slots: [Slot]
    private let shift: UInt64

    /// - Parameter count: How many different pairs will be inserted at most.
    init(capacity count: Int) {
        var bits = 4
        while 1 << bits < 2 * count { bits += 1 }
        slots = [Slot](repeating: Slot(pair: .max, outcome: Self.none), count: 1 << bits)
        shift = UInt64(64 - bits)
    }

    /// Enters a merge; of two merges of the same pair the last one counts, as in Hugging Face `tokenizers`.
    mutating func insert(_ left: Int32, _ right: Int32, rank: Int, result: Int32) {
        let pair = View.pair(left, right)
        var index = Int(truncatingIfNeeded: (pair &* View.multiplier) >> shift)
        while slots[index].pair != pair, slots[index].pair != .max { index = (index + 1) & (slots.count - 1) }
        slots[index] = Slot(pair: pair, outcome: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: result)))
    }

    func withView<Result>(_ body: (View) -> Result) -> Result {
        slots.withUnsafeBufferPointer { slots in
            // The table has 16 slots at least, so there is a base address.
            guard let base = slots.baseAddress else { preconditionFailure("a merge table has slots") }
            return body(View(slots: base, mask: slots.count - 1, shift: shift))
        }
    }

    /// The table as hot loops see it: borrowed memory, no reference counts.
    struct View {
        /// The golden ratio's fraction, which spreads neighbouring keys (Knuth, TAOCP 6.4).
        static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

        let slots: UnsafePointer<Slot>
        let mask: Int
        let shift: UInt64

        @inline(__always)
        static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
            UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
        }

        /// Rank and id of what the two tokens become, or `none`.
        @inline(__always)
        func outcome(_ left: Int32, _ right: Int32) -> UInt64 {
            let pair = Self.pair(left, right)
            var index = Int(truncatingIfNeeded: (pair &* Self.multiplier) &>> shift)
            while true {
                let slot = slots[index]
                if slot.pair == pair { return slot.outcome }
                if slot.pair == .max { return MergeTable.none }
                index = (index + 1) & mask
            }
        }
    }
}
