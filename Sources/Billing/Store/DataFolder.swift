import Glibc

/// The folder of a ledger in SQLite, and the lock that keeps a second server out of it.
package struct DataFolder: Equatable, Sendable {
    /// Why a folder cannot be used.
    package enum Failure: Error, Equatable, Sendable {
        /// Another server works in it; the process id, if the lock tells.
        case inUse(path: String, process: Int?)
        case inputOutput(path: String, reason: String)
    }

    package let path: String

    package init(path: String) { self.path = path }

    /// The folder where data lie if no other is named: `actuary` in the user's XDG data folder.
    package static func defaultPath(environment: [String: String]) -> String? {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/actuary" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/share/actuary"
    }

    /// The ledger's file.
    package var ledgerPath: String { "\(path)/\(SQLiteStore.fileName)" }

    /// Makes the folder, for its owner alone, if it is not there.
    ///
    /// - Throws: `Failure.inputOutput`.
    package func create() throws(Failure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR else { continue }
            let reason = String(cString: strerror(errno))
            // A parent that may not be written to can be there all the same.
            var status = stat()
            guard stat(made, &status) == 0 else { throw .inputOutput(path: made, reason: reason) }
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw .inputOutput(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Takes the lock of the one server of this folder. Commands do not need it.
    ///
    /// - Returns: The lock, which ends with its last reference or with the process.
    /// - Throws: `Failure.inUse` if another server has it, `.inputOutput`.
    package func lock() throws(Failure) -> DataFolderLock { try DataFolderLock(path: path) }
}

/// The lock of a data folder; the kernel takes it back when the process ends, however it ends.
package final class DataFolderLock: Sendable {
    private let descriptor: Int32

    fileprivate init(path: String) throws(DataFolder.Failure) {
        let file = "\(path)/serve.lock"
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .inputOutput(path: file, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var bytes = [UInt8](repeating: 0, count: 32)
            let count = read(descriptor, &bytes, bytes.count)
            close(descriptor)
            let process = Int(String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 32 }, as: UTF8.self))
            throw .inUse(path: path, process: process)
        }
        let line = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = line.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit { close(descriptor) }
}
