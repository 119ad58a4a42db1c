import Synchronization

/// The server's present TLS context, which can be exchanged while connections run.
package final class TLSCredentials: Sendable {
    private let files: TLSFiles
    private let current: Mutex<TLSContext>

    /// Reads the files.
    package init(_ files: TLSFiles) throws(TLSError) {
        self.files = files
        current = Mutex(try TLSContext(files))
    }

    /// Reads the files anew for connections to come; those that run keep what they have.
    ///
    /// - Throws: What is wrong with the new files; the old ones then stay in use.
    package func reload() throws(TLSError) {
        let context = try TLSContext(files)
        current.withLock { $0 = context }
    }

    /// Starts a session with the present context.
    package func makeSession() -> TLSSession {
        TLSSession(current.withLock { $0 })
    }
}
