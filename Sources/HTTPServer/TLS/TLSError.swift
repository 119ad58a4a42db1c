internal import COpenSSL

/// A reason why TLS cannot be spoken, by the server at all or with one client.
package enum TLSError: Error, Equatable, Sendable {
    /// A file is missing, is not what it should be, or is encrypted.
    case unusableFile(path: String, role: String, reason: String)
    /// The key is not that of the certificate.
    case keyMismatch(certificatePath: String, keyPath: String)
    /// The client and this server do not come together; OpenSSL's word for why.
    case protocolFailure(reason: String)
}

extension TLSError: CustomStringConvertible {
    /// One sentence that says what to do.
    package var description: String {
        switch self {
        case .unusableFile(let path, let role, let reason):
            "\(path) cannot be used as the \(role) (\(reason)); give a PEM file that is not encrypted"
        case .keyMismatch(let certificatePath, let keyPath):
            "\(keyPath) is not the key of the certificate in \(certificatePath); give the pair that belongs together"
        case .protocolFailure(let reason):
            reason
        }
    }

    /// OpenSSL's word for the latest error of this thread; the queue of errors is emptied.
    static func latestReason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return "unexpected end" }
        if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
        return "error \(code)"
    }
}
