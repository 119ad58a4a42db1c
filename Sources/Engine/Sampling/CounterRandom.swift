/// Random numbers that are a function of a seed and a position.
///
/// A sequence that is preempted and computed again draws the same number for the same token, with no state to save.
package enum CounterRandom {
    /// A well mixed function of 64 bits: the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
    package static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in `[0, 1)` with 53 random bits.
    package static func uniform(seed: UInt64, position: Int) -> Double {
        Double(mix(mix(seed) &+ UInt64(position)) >> 11) * 0x1p-53
    }
}
