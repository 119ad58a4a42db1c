import COpenSSL

@testable import HTTPServer

/// OpenSSL's client over memory, to talk to a `TLSSession` without sockets.
final class TLSTestClient {
    private let context: OpaquePointer?
    let pointer: OpaquePointer?
    private let input = BIO_new(BIO_s_mem())
    private let output = BIO_new(BIO_s_mem())

    init(
        version: Int32 = TLS1_3_VERSION,
        protocols: [String] = ["http/1.1"],
        certificate: TLSFiles? = nil,
        resuming session: OpaquePointer? = nil
    ) {
        context = SSL_CTX_new(TLS_client_method())
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        if let certificate {
            SSL_CTX_use_certificate_chain_file(context, certificate.certificatePath)
            SSL_CTX_use_PrivateKey_file(context, certificate.keyPath, SSL_FILETYPE_PEM)
        }
        pointer = SSL_new(context)
        let offered = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !offered.isEmpty { SSL_set_alpn_protos(pointer, offered, UInt32(offered.count)) }
        if let session { SSL_set_session(pointer, session) }
        SSL_set_bio(pointer, input, output)
        SSL_set_connect_state(pointer)
        SSL_do_handshake(pointer)
    }

    deinit {
        SSL_free(pointer)
        SSL_CTX_free(context)
    }

    var isSecured: Bool { SSL_is_init_finished(pointer) == 1 }

    /// The protocol that was agreed on.
    var protocolName: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(pointer, &name, &count)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// What the client wants to send over the wire.
    func takeWire() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: actuary_bio_pending(output))
        BIO_read(output, &bytes, Int32(bytes.count))
        return bytes
    }

    /// Takes bytes of the wire and gives the text that comes of them.
    @discardableResult
    func receive(_ bytes: [UInt8]) -> [UInt8] {
        if !bytes.isEmpty { BIO_write(input, bytes, Int32(bytes.count)) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        if !isSecured { SSL_do_handshake(pointer) }
        while isSecured {
            let count = SSL_read(pointer, &buffer, Int32(buffer.count))
            guard count > 0 else { break }
            text += buffer[..<Int(count)]
        }
        return text
    }

    func send(_ text: [UInt8]) { SSL_write(pointer, text, Int32(text.count)) }

    func sendEnd() { SSL_shutdown(pointer) }

    /// Whether the server said that nothing more will come.
    var hasEnd: Bool { SSL_get_shutdown(pointer) & SSL_RECEIVED_SHUTDOWN != 0 }
}
