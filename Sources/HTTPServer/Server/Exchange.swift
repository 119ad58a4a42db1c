import HTTPTypes

/// One request and its response while they are under way.
struct Exchange: Sendable {
    /// How far the response is.
    enum Phase: Sendable, Equatable {
        /// The body of the request is still coming; no handler knows of it.
        case receiving
        /// The handler has the request; nothing of the final response has been sent.
        case pending
        /// The head of the response has been sent.
        case streaming(ResponseHead.Framing)
    }

    let number: Int
    let head: RequestHead
    let match: RouteMatch
    let requestID: String
    let startTime: Duration
    var phase = Phase.receiving
    var status: Int?
    var bodyBytes = 0
    var closesAfterwards = false
    var heartbeat: Heartbeat?
    /// Compresses a stream for a client that asked for it.
    var encoder: GzipEncoder?
    var heartbeatTime: Duration?
    /// When a client that sent a FIN is probed.
    var probeTime: Duration?
    /// When an HTTP/1.0 client that closed its sending side is taken for gone.
    var graceEnd: Duration?

    /// Whether the response must have no body (RFC 9110 §9.3.2).
    var isHeadRequest: Bool { head.method == .head }

    /// The route, if one matched.
    var route: Route? {
        if case .route(let route, _) = match { route } else { nil }
    }
}
