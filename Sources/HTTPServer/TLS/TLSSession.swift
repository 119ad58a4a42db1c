internal import COpenSSL

/// One TLS connection without a socket: bytes of the wire go in and come out, and so does the text between them.
///
/// ```swift
/// session.feed(received)
/// while true {
///     switch session.next(into: buffer) {
///     case .needsMore: break …           // every byte was taken
///     case .secured: …                   // now text may be sealed
///     case .text(let count): use(buffer[..<count])
///     case .end, .failed, .notTLS: …     // nothing more will come
///     }
/// }
/// send(session.sealed)                   // after each call: records of the handshake, of text, alerts
/// ```
///
/// It belongs to one event loop. Text is passed on only once its whole record has come and proved authentic.
package final class TLSSession {
    /// What the bytes that came have led to.
    package enum Event: Equatable {
        /// All bytes were taken; more are needed.
        case needsMore
        /// The handshake is done.
        case secured
        /// So many bytes of text are in the buffer.
        case text(Int)
        /// The client will send nothing more (its `close_notify`).
        case end
        /// The client broke the protocol; an alert for it may wait in `sealed`.
        case failed(TLSError)
        /// The client does not speak TLS but seems to speak HTTP.
        case notTLS
    }

    /// The most text to seal at once: one record.
    package static let recordBytesMax = 16 * 1024

    private let pointer: OpaquePointer
    /// What came over the wire and OpenSSL has not taken yet.
    private var incoming = OutputBuffer()
    private var final: Event?
    private var hasInput = false

    /// Whether the handshake is done.
    package private(set) var isSecured = false

    /// What waits to be sent over the wire.
    package private(set) var sealed = OutputBuffer()

    /// Starts a session; the client speaks first.
    init(_ context: TLSContext) {
        guard let pointer = SSL_new(context.pointer) else { preconditionFailure("no memory for OpenSSL") }
        self.pointer = pointer
        let wire = TLSWire.makeBIO(for: self)
        SSL_set_bio(pointer, wire, wire)
        SSL_set_accept_state(pointer)
    }

    deinit {
        SSL_free(pointer)
    }

    /// Whether an abbreviated handshake took up an earlier session.
    package var isResumed: Bool { SSL_session_reused(pointer) == 1 }

    /// Takes bytes of the wire; `next` makes something of them.
    package func feed(_ bytes: Span<UInt8>) {
        guard final == nil, !bytes.isEmpty else { return }
        if !hasInput {
            hasInput = true
            // A record begins with its type, 0x16 for a handshake; a request of HTTP begins with a letter.
            if ByteClass.isToken(bytes[0]) {
                final = .notTLS
                return
            }
        }
        bytes.withUnsafeBufferPointer { piece in incoming.append { $0.append(contentsOf: piece) } }
    }

    /// Finds the next event; to be called until there is none.
    package func next(into buffer: UnsafeMutableRawBufferPointer) -> Event {
        if let final { return final }
        ERR_clear_error()
        guard isSecured else {
            let code = SSL_do_handshake(pointer)
            guard code != 1 else {
                isSecured = true
                return .secured
            }
            return event(after: code)
        }
        let count = SSL_read(pointer, buffer.baseAddress, Int32(clamping: buffer.count))
        return count > 0 ? .text(Int(count)) : event(after: count)
    }

    /// Encrypts text into `sealed`.
    ///
    /// - Precondition: The handshake is done, and there are 1 to `recordBytesMax` bytes.
    package func seal(_ text: UnsafeRawBufferPointer) {
        precondition(isSecured && !text.isEmpty && text.count <= Self.recordBytesMax, "text that cannot be sealed now")
        ERR_clear_error()
        // The buffer takes everything, and renegotiation, which could interrupt, is off: less only after a failure.
        if SSL_write(pointer, text.baseAddress, Int32(text.count)) != Int32(text.count) {
            final = final ?? .failed(.protocolFailure(reason: TLSError.latestReason()))
        }
    }

    /// Tells the client that nothing more will come.
    package func sealEnd() {
        guard isSecured, final == nil || final == .end else { return }
        ERR_clear_error()
        // RFC 8446 §6.1: each side closes its own direction, so the other's close_notify is not waited for.
        _ = SSL_shutdown(pointer)
    }

    /// Drops sealed bytes that were sent.
    package func sent(_ count: Int) {
        sealed.consume(count)
    }

    private func event(after code: Int32) -> Event {
        switch SSL_get_error(pointer, code) {
        case SSL_ERROR_WANT_READ:
            return .needsMore
        case SSL_ERROR_ZERO_RETURN:
            final = .end
        default:
            final = .failed(.protocolFailure(reason: TLSError.latestReason()))
        }
        return final ?? .needsMore
    }
}

// MARK: - For the wire's BIO

extension TLSSession {
    /// Moves bytes that came to where OpenSSL wants them, and tells how many.
    func takeIncoming(into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(target.count, incoming.count)
        incoming.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        incoming.consume(count)
        return count
    }

    /// Takes what OpenSSL wants to send.
    func appendSealed(_ bytes: UnsafeRawBufferPointer) {
        sealed.append { $0.append(contentsOf: bytes) }
    }
}
