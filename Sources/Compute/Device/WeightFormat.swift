/// How a device stores the numbers of a weight matrix.
package enum WeightFormat: Sendable, Equatable, CaseIterable {
    case float32
    case bfloat16
    case float16

    /// The format whose bytes are those of a stored tensor of this type, if there is one.
    package init?(_ type: TensorType) {
        switch type {
        case .float32: self = .float32
        case .bfloat16: self = .bfloat16
        case .float16: self = .float16
        default: return nil
        }
    }

    /// Bytes that `count` numbers take.
    package func byteCount(_ count: Int) -> Int { self == .float32 ? count * 4 : count * 2 }
}
