/// Turns the bytes of a connection into requests, in whatever pieces they come.
///
/// A pure state machine: the same bytes give the same events and errors for every way of cutting them. After an error
/// every further call throws it again.
///
/// ```swift
/// var index = 0
/// while true {
///     switch try parser.next(bytes, from: &index) {
///     case .needsMore: return            // every byte was taken
///     case .head(let head): …            // decide about the body
///     case .complete: use(parser.takeBody())
///     }
/// }
/// ```
package struct RequestParser: Sendable {
    /// What one step found.
    package enum Event: Sendable, Equatable {
        /// All bytes were taken and the request is not whole.
        case needsMore
        /// The head is whole; the body follows.
        case head(RequestHead)
        /// The request is whole; the next byte belongs to another one.
        case complete
    }

    private enum State {
        case head
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
        case failed(HTTPParseError)
    }

    private let limits: WireLimits
    private var state = State.head
    private var headParser = HeadParser()
    private var body = BodyBuffer()

    /// Creates a parser at the beginning of a connection.
    package init(limits: WireLimits) {
        self.limits = limits
    }

    /// Whether bytes of a request have been taken that is not whole yet.
    package var isInsideRequest: Bool {
        if case .head = state { headParser.hasStarted } else { true }
    }

    /// How many bytes of the current body have arrived.
    package var bodyBytesReceived: Int { body.receivedBytes }

    /// Lets the current body be counted and dropped instead of kept.
    package mutating func discardBody() {
        body.isDiscarding = true
    }

    /// The body of the request that was just completed; the parser forgets it.
    package mutating func takeBody() -> [UInt8] {
        let bytes = body.bytes
        body = BodyBuffer()
        return bytes
    }

    /// Takes bytes up to the next event.
    ///
    /// - Parameters:
    ///   - input: The bytes at hand.
    ///   - index: The first byte to take; moved behind the last one taken.
    /// - Returns: What was found.
    /// - Throws: The error that makes the rest of the connection unusable.
    package mutating func next(_ input: Span<UInt8>, from index: inout Int) throws(HTTPParseError) -> Event {
        do throws(HTTPParseError) {
            return try step(input, from: &index)
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private mutating func step(_ input: Span<UInt8>, from index: inout Int) throws(HTTPParseError) -> Event {
        switch state {
        case .failed(let error):
            throw error
        case .head:
            guard let head = try headParser.parse(input, from: &index, limits: limits) else { return .needsMore }
            body = BodyBuffer(coding: head.contentCoding, bytesMax: limits.bodyBytesMax)
            switch head.framing {
            case .none: state = .length(remaining: 0)
            case .length(let count): state = .length(remaining: count)
            case .chunked: state = .chunked(ChunkedDecoder())
            }
            return .head(head)
        case .length(let remaining):
            if body.receivedBytes == 0 { body.reserve(remaining) }
            let count = min(remaining, input.count - index)
            if count > 0 { try body.append(input.extracting(index..<index + count)) }
            index += count
            guard count == remaining else {
                state = .length(remaining: remaining - count)
                return .needsMore
            }
            try body.finish()
            state = .head
            return .complete
        case .chunked(var decoder):
            // The state gives up its copy first, so that the decoder's line buffer is not duplicated.
            state = .head
            let isWhole = try decoder.decode(input, from: &index, into: &body, limits: limits)
            guard isWhole else {
                state = .chunked(decoder)
                return .needsMore
            }
            try body.finish()
            return .complete
        }
    }
}
