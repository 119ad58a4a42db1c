import HTTPTypes
import OpenAIAPI

/// How long a client waits, by what it says in its request's headers.
struct ClientPatience: Equatable, Sendable {
    /// For the whole answer; `nil` is for ever.
    var total: Duration?
    /// For the next byte of a stream.
    var silence: Duration?

    private static let timeoutHeader = "x-request-timeout"
    /// OpenAI's client libraries announce their own time limit with it; it bounds the time without a byte.
    private static let readTimeoutHeader = "x-stainless-read-timeout"
    private static let longest = 86_400.0

    /// - Throws: 400 for an `x-request-timeout` that is no number of seconds. What a library sends by itself is ignored if
    ///   it makes no sense.
    init(_ headers: HTTPFields, isStreaming: Bool) throws(APIError) {
        let announced = ClientPatience.value(ClientPatience.readTimeoutHeader, headers).flatMap(ClientPatience.seconds)
        if let text = ClientPatience.value(ClientPatience.timeoutHeader, headers) {
            guard let seconds = ClientPatience.seconds(text) else {
                throw .invalidRequest(
                    "The header '\(ClientPatience.timeoutHeader)' must be a number of seconds above 0.",
                    param: ClientPatience.timeoutHeader,
                    code: "invalid_value"
                )
            }
            total = seconds
        }
        // A body comes as a whole at the end: the first byte is the last one.
        if isStreaming { silence = announced } else { total = [total, announced].compactMap { $0 }.min() }
    }

    /// The silence after which a stream gets a comment line, so that no client loses patience.
    func commentInterval(atMost interval: Duration) -> Duration {
        min(interval, silence.map { max($0 / 2, .milliseconds(100)) } ?? interval)
    }

    private static func value(_ name: String, _ headers: HTTPFields) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    private static func seconds(_ text: String) -> Duration? {
        guard let number = Double(text), number > 0, number.isFinite else { return nil }
        return .seconds(min(number, longest))
    }
}
