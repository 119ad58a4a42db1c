/// One event of a `text/event-stream`.
struct ServerSentEvent: Equatable, Sendable {
    /// Its type; `message` unless the stream says otherwise.
    var name = "message"
    /// Its lines of data, joined with line feeds.
    var data: String
}
