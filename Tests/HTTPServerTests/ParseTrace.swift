@testable import HTTPServer

/// Everything a parser makes of some bytes, so that two ways of feeding them can be compared.
struct ParseTrace: Equatable {
    /// One whole request.
    struct Request: Equatable {
        var head: RequestHead
        var body: [UInt8]
    }

    var requests: [Request] = []
    var error: HTTPParseError?
    /// Where the bytes that were taken end; the error or the last event came at this byte.
    var takenBytes = 0
    /// A head without its whole body.
    var openHead: RequestHead?
    var isInsideRequest = false

    /// Feeds pieces one after the other.
    init(_ pieces: [ArraySlice<UInt8>], limits: WireLimits = WireLimits()) {
        var parser = RequestParser(limits: limits)
        for piece in pieces {
            let bytes = Array(piece)
            var index = 0
            do throws(HTTPParseError) {
                try feed(bytes, &index, &parser)
            } catch {
                self.error = error
                break
            }
            takenBytes += index
        }
        if error == nil { isInsideRequest = parser.isInsideRequest }
    }

    /// Feeds everything at once.
    init(_ text: String, limits: WireLimits = WireLimits()) {
        self.init([Array(text.utf8)[...]], limits: limits)
    }

    private mutating func feed(
        _ bytes: [UInt8],
        _ index: inout Int,
        _ parser: inout RequestParser
    ) throws(HTTPParseError) {
        while true {
            switch try parser.next(bytes.span, from: &index) {
            case .needsMore:
                return
            case .head(let head):
                openHead = head
            case .complete:
                if let head = openHead { requests.append(Request(head: head, body: parser.takeBody())) }
                openHead = nil
            }
        }
    }
}
