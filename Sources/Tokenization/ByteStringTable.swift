/// A hash table from byte strings to token ids that needs no object for each key.
///
/// The keys lie one behind the other in one array. Open addressing, at most half full, linear probing.
struct ByteStringTable: Sendable {
    private struct Slot {
        var hash: UInt32 = 0
        /// The number of the entry, or -1.
        var entry: Int32 = -1
    }

    private var keys: [UInt8] = []
    private var starts: [Int] = [0]
    private var ids: [Int32] = []
    private var slots: [Slot]

    /// - Parameter count: How many keys are expected; more make the table grow.
    init(capacity count: Int) {
        var bits = 4
        while 1 << bits < 2 * count { bits += 1 }
        slots = [Slot](repeating: Slot(), count: 1 << bits)
        starts.reserveCapacity(count + 1)
        ids.reserveCapacity(count)
    }

    var count: Int { ids.count }
    /// The ids in the order in which the keys were inserted.
    var allIDs: [Int32] { ids }

    /// The bytes of the key that was inserted as number `entry`.
    func key(_ entry: Int) -> ArraySlice<UInt8> { keys[starts[entry]..<starts[entry + 1]] }

    /// The key as text, for messages.
    func name(_ entry: Int) -> String { String(decoding: key(entry), as: UTF8.self) }

    /// The id of a key, or `nil`.
    @inline(__always)
    func id(of key: UnsafeBufferPointer<UInt8>) -> Int32? {
        let entry = slots[slot(of: key, hash: Self.hash(key))].entry
        return entry < 0 ? nil : ids[Int(entry)]
    }

    /// The id of a key given as text, or `nil`.
    func id(of key: String) -> Int32? {
        var key = key
        return key.withUTF8 { id(of: $0) }
    }

    /// Inserts a key, unless it is there already.
    ///
    /// - Returns: The id the key had before, or `nil` if it is new.
    mutating func insert(_ key: UnsafeBufferPointer<UInt8>, id: Int32) -> Int32? {
        let hash = Self.hash(key)
        let index = slot(of: key, hash: hash)
        if slots[index].entry >= 0 { return ids[Int(slots[index].entry)] }
        slots[index] = Slot(hash: hash, entry: Int32(ids.count))
        keys.append(contentsOf: key)
        starts.append(keys.count)
        ids.append(id)
        if 2 * ids.count > slots.count { grow() }
        return nil
    }

    /// The slot that holds the key, or the empty one where it would go.
    @inline(__always)
    private func slot(of key: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
        let mask = slots.count - 1
        var index = Int(hash) & mask
        while slots[index].entry >= 0 {
            if slots[index].hash == hash, isEqual(Int(slots[index].entry), key) { return index }
            index = (index + 1) & mask
        }
        return index
    }

    @inline(__always)
    private func isEqual(_ entry: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = starts[entry]
        guard starts[entry + 1] - start == key.count else { return false }
        for index in 0..<key.count where keys[start + index] != key[index] { return false }
        return true
    }

    private mutating func grow() {
        var larger = [Slot](repeating: Slot(), count: 2 * slots.count)
        for slot in slots where slot.entry >= 0 {
            var index = Int(slot.hash) & (larger.count - 1)
            while larger[index].entry >= 0 { index = (index + 1) & (larger.count - 1) }
            larger[index] = slot
        }
        slots = larger
    }

    /// Eight bytes a step, each mixed by a multiplication. The keys come from a trusted file, so no secret is needed.
    @inline(__always)
    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let raw = UnsafeRawBufferPointer(key)
        var hash = UInt64(truncatingIfNeeded: raw.count) &* MergeTable.View.multiplier
        var offset = 0
        while offset + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            hash = mix(hash ^ word)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < raw.count {
            rest = rest << 8 | UInt64(raw[offset])
            offset += 1
        }
        return UInt32(truncatingIfNeeded: mix(hash ^ rest))
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        // Both halves of the product, or the low bits would not hear of the high ones.
        let product = value.multipliedFullWidth(by: MergeTable.View.multiplier)
        return product.high ^ product.low
    }
}
