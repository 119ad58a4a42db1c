import ArgumentParser

/// A hybrid and the pure transformer of equal size that it is compared with.
enum HybridPair: String, CaseIterable, Sendable {
    case nine = "9b"
    case one = "1b"

    /// The shape with Mamba layers.
    var hybrid: String {
        switch self {
        case .nine: "nemotron-nano-9b-v2"
        case .one: "1b"
        }
    }

    /// The shape with attention in their place.
    var transformer: String {
        switch self {
        case .nine: "transformer-9b"
        case .one: "transformer-1b"
        }
    }

    /// Both, the hybrid first.
    var shapes: [String] { [hybrid, transformer] }
}

/// Pairs with commas between them, as `--sizes` takes them.
struct HybridPairList: ExpressibleByArgument, Equatable, Sendable {
    let pairs: [HybridPair]

    init(_ pairs: [HybridPair]) { self.pairs = pairs }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let pairs = parts.compactMap { HybridPair(rawValue: String($0)) }
        guard pairs.count == parts.count, Set(pairs).count == pairs.count else { return nil }
        self.init(pairs)
    }

    var defaultValueDescription: String { pairs.map(\.rawValue).joined(separator: ",") }

    static var allValueStrings: [String] { HybridPair.allCases.map(\.rawValue) }
}
