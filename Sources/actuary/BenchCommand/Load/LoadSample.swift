/// What one streamed request showed, in seconds from when it was due.
struct LoadSample: Equatable, Sendable {
    /// When pieces of text came.
    var pieces: [Double] = []
    /// When the answer was complete.
    var end = 0.0
    var promptTokens = 0
    var cachedTokens = 0
    var completionTokens = 0
    var failure: String?

    var timeToFirstToken: Double? { pieces.first }

    /// The times between two pieces.
    var gaps: [Double] { zip(pieces.dropFirst(), pieces).map { $0 - $1 } }
}
