/// The files that let a server speak TLS, all in PEM.
package struct TLSFiles: Sendable, Equatable {
    /// The server's certificate, followed by the chain that leads to a root.
    package var certificatePath: String

    /// The key of the certificate, not encrypted.
    package var keyPath: String

    /// The authorities whose certificates clients must have; nil asks clients for none.
    package var clientAuthorityPath: String?

    /// Names the files.
    package init(certificatePath: String, keyPath: String, clientAuthorityPath: String? = nil) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.clientAuthorityPath = clientAuthorityPath
    }
}
