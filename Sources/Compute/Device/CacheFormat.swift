/// How keys and values are stored.
package enum CacheFormat: String, Sendable, CaseIterable {
    /// As they were computed.
    case float32 = "f32"
    /// Rounded to even; half the memory and half the time to read it.
    case bfloat16 = "bf16"

    /// Bytes of one number.
    package var byteCount: Int { self == .float32 ? 4 : 2 }
}
