import ArgumentParser
import Compute

/// A format of weights, by the name that commands take.
enum BenchWeights: String, CaseIterable, Sendable {
    case int4
    case int4Codebook = "int4-codebook"
    case int8
    case bfloat16 = "bf16"

    /// How a device stores matrices of that format.
    var format: WeightFormat {
        switch self {
        case .int4: .packedInt4
        case .int4Codebook: .packedCodebook4
        case .int8: .packedInt8
        case .bfloat16: .packedBFloat16
        }
    }

    /// The instructions that multiply them.
    var arithmetic: CPUDevice.Arithmetic { self == .bfloat16 ? .bfloat16 : .int8 }
}

/// Formats with commas between them, as `--weights` takes them.
struct WeightsList: ExpressibleByArgument, Equatable, Sendable {
    let formats: [BenchWeights]

    init(_ formats: [BenchWeights]) { self.formats = formats }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let formats = parts.compactMap { BenchWeights(rawValue: String($0)) }
        guard formats.count == parts.count, Set(formats).count == formats.count else { return nil }
        self.init(formats)
    }

    var defaultValueDescription: String { formats.map(\.rawValue).joined(separator: ",") }

    static var allValueStrings: [String] { BenchWeights.allCases.map(\.rawValue) }
}
