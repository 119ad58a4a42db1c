import COpenSSL
import Glibc

/// The client's side of TLS on a blocking socket; the server's certificate is checked against the system's authorities.
///
/// `@unchecked Sendable`: one thread uses it, that of its connection.
final class ClientTLS: @unchecked Sendable {
    /// The handshake failed.
    struct Failure: Error {
        let reason: String
    }

    private let context: OpaquePointer
    private let session: OpaquePointer

    /// Shakes hands with a host whose name the certificate must carry.
    init(_ descriptor: Int32, host: String) throws(Failure) {
        guard let context = SSL_CTX_new(TLS_client_method()), let session = SSL_new(context) else {
            throw Failure(reason: "TLS cannot be set up")
        }
        self.context = context
        self.session = session
        // SSL_CERT_FILE and SSL_CERT_DIR name other authorities.
        SSL_CTX_set_default_verify_paths(context)
        _ = actuary_ssl_min_version(context, TLS1_2_VERSION)
        SSL_set_verify(session, SSL_VERIFY_PEER, nil)
        // RFC 6066 §3: a number is no server name; it is looked for among the certificate's addresses.
        if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) != 1 {
            SSL_set1_host(session, host)
            _ = actuary_ssl_server_name(session, host)
        }
        SSL_set_fd(session, descriptor)
        guard SSL_connect(session) == 1 else {
            let verdict = SSL_get_verify_result(session)
            let isUntrusted = verdict != Int(X509_V_OK)
            let text =
                isUntrusted
                ? X509_verify_cert_error_string(verdict) : ERR_reason_error_string(ERR_peek_last_error())
            throw Failure(reason: text.map { String(cString: $0) } ?? "the TLS handshake failed")
        }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = Int(SSL_write(session, bytes.baseAddress, Int32(clamping: bytes.count)))
        if count <= 0 { errno = EPIPE }
        return count
    }

    /// - Returns: How many bytes were read; 0 at the end, and -1 with `errno` after an error.
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = SSL_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
        if count > 0 { return Int(count) }
        switch SSL_get_error(session, count) {
        case SSL_ERROR_ZERO_RETURN: return 0
        case SSL_ERROR_WANT_READ: errno = EAGAIN
        case SSL_ERROR_SYSCALL where errno != 0: break
        default: errno = ECONNRESET
        }
        return -1
    }
}
