internal import COpenSSL

/// Certificate, key and rules of the server, ready to make sessions of.
///
/// TLS 1.2 with forward secrecy and authenticated ciphers only, and TLS 1.3. Sessions are resumed by tickets, whose key
/// is this context's own: after a reload of the files, tickets of before lead to full handshakes, so that no client
/// gets in by what an authority said that is no longer trusted.
final class TLSContext: @unchecked Sendable {  // Never changed after `init`; OpenSSL counts its references atomically.
    let pointer: OpaquePointer

    /// Reads the files.
    init(_ files: TLSFiles) throws(TLSError) {
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { preconditionFailure("no memory for OpenSSL") }
        self.pointer = pointer
        configure()
        try load(files)
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    private func configure() {
        _ = actuary_ssl_min_version(pointer, TLS1_2_VERSION)
        // RFC 9325 §4.2: for TLS 1.2, ephemeral keys and authenticated encryption only.
        SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20")
        actuary_ssl_options(pointer)
        actuary_ssl_release_buffers(pointer)
        // Tickets keep the state of sessions at the clients, so that the server need not remember any.
        actuary_ssl_no_session_cache(pointer)
        let sessions = Array("actuary".utf8)
        SSL_CTX_set_session_id_context(pointer, sessions, UInt32(sessions.count))
        // Without this, an encrypted key would make OpenSSL ask for its password on the terminal.
        SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
        SSL_CTX_set_alpn_select_cb(
            pointer,
            { _, chosen, chosenCount, offered, offeredCount, _ in
                TLSContext.choose(from: offered, count: Int(offeredCount), chosen, chosenCount)
            },
            nil
        )
    }

    /// RFC 7301 §3.2: of what the client offers, `http/1.1`; if that is not offered, the connection must end.
    private static func choose(
        from offered: UnsafePointer<UInt8>?,
        count: Int,
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
        _ chosenCount: UnsafeMutablePointer<UInt8>?
    ) -> Int32 {
        let names = UnsafeBufferPointer(start: offered, count: count)
        var start = 0
        while start < count {
            let end = start + 1 + Int(names[start])
            guard end <= count else { break }
            if names[(start + 1)..<end].elementsEqual("http/1.1".utf8) {
                chosen?.pointee = offered.map { $0 + start + 1 }
                chosenCount?.pointee = names[start]
                return SSL_TLSEXT_ERR_OK
            }
            start = end
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    private func load(_ files: TLSFiles) throws(TLSError) {
        guard SSL_CTX_use_certificate_chain_file(pointer, files.certificatePath) == 1 else {
            throw Self.unusable(files.certificatePath, "certificate")
        }
        // Loading a key compares it with the certificate; only the reason tells one failure from the other.
        guard SSL_CTX_use_PrivateKey_file(pointer, files.keyPath, SSL_FILETYPE_PEM) == 1 else {
            let error = Self.unusable(files.keyPath, "key")
            guard case .unusableFile(_, _, let reason) = error, reason.contains("mismatch") else { throw error }
            throw .keyMismatch(certificatePath: files.certificatePath, keyPath: files.keyPath)
        }
        guard let path = files.clientAuthorityPath else { return }
        guard SSL_CTX_load_verify_file(pointer, path) == 1, let names = SSL_load_client_CA_file(path) else {
            throw Self.unusable(path, "authority of clients")
        }
        SSL_CTX_set_client_CA_list(pointer, names)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }

    private static func unusable(_ path: String, _ role: String) -> TLSError {
        .unusableFile(path: path, role: role, reason: TLSError.latestReason())
    }
}
