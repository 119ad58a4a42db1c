/// What happens to a request, in order: a head, bytes, an end; or a failure at any time, which is the last event.
enum ClientEvent: Equatable, Sendable {
    case head(status: Int)
    case bytes([UInt8])
    case end
    case failed(ClientError)
}
