/// A version of HTTP/1 that this server speaks.
///
/// A minor version above 1 is read as 1.1, the highest this server conforms to (RFC 9110 §2.5).
package enum HTTPVersion: Sendable, Equatable {
    case http10
    case http11
}
