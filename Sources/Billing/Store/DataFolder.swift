import Glibc

/// The folder of a ledger in SQLite, and the marks of the servers that work in it.
package struct DataFolder: Equatable, Sendable {
    /// Why a folder cannot be used.
    package enum Failure: Error, Equatable, Sendable {
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

    /// Marks a run of a server as alive. Several may work in one folder; each bills the dead ones' requests only.
    ///
    /// - Returns: The mark, which ends with its last reference or with the process, however that ends.
    /// - Throws: `Failure.inputOutput`.
    package func mark(run: String) throws(Failure) -> RunMark {
        let folder = "\(path)/runs"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw .inputOutput(path: folder, reason: String(cString: strerror(errno)))
        }
        return try RunMark.make(path: markPath(run))
    }

    /// Whether a run's mark is held by a process; the mark of a dead one is removed.
    package func isAlive(run: String) -> Bool {
        let file = markPath(run)
        let descriptor = open(file, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return true }
        unlink(file)
        return false
    }

    private func markPath(_ run: String) -> String { "\(path)/runs/\(run)" }
}

/// The books of servers that may spend from leases, one file for each run.
extension DataFolder {
    private var leaseFolder: String { "\(path)/leases" }
    private static let leaseSuffix = ".sqlite"
    /// Of the files that SQLite makes of one.
    private static let fileSuffixes = ["", "-wal", "-shm"]

    /// Opens a run's books, and makes them if they are not there.
    ///
    /// - Throws: `Failure.inputOutput`.
    package func leaseStore(run: String) throws(Failure) -> any LedgerStore {
        guard mkdir(leaseFolder, 0o700) == 0 || errno == EEXIST else {
            throw .inputOutput(path: leaseFolder, reason: String(cString: strerror(errno)))
        }
        let file = leasePath(run)
        do throws(StoreError) {
            return try SQLiteStore(path: file)
        } catch {
            throw .inputOutput(path: file, reason: "\(error)")
        }
    }

    /// The runs that have left books and do not live any more.
    package func deadRunsWithLeases() -> [String] {
        guard let folder = opendir(leaseFolder) else { return [] }
        defer { closedir(folder) }
        var runs: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard name.hasSuffix(DataFolder.leaseSuffix) else { continue }
            let run = String(name.dropLast(DataFolder.leaseSuffix.count))
            if !isAlive(run: run) { runs.append(run) }
        }
        return runs.sorted()
    }

    /// Removes the books of a run of which the ledger knows everything.
    package func removeLeaseStore(run: String) {
        for suffix in DataFolder.fileSuffixes { unlink(leasePath(run) + suffix) }
    }

    /// Puts the books of a run aside, of which the ledger does not want to know.
    ///
    /// - Returns: Where they are now.
    package func keepLeaseStore(run: String) -> String {
        let kept = leasePath(run) + ".untold"
        for suffix in DataFolder.fileSuffixes { rename(leasePath(run) + suffix, kept + suffix) }
        return kept
    }

    private func leasePath(_ run: String) -> String { "\(leaseFolder)/\(run)\(DataFolder.leaseSuffix)" }
}

/// The mark of a living run: a file that its process has locked. The kernel takes the lock back when the process ends.
package final class RunMark: Sendable {
    private let descriptor: Int32
    private let path: String

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Makes the file and locks it.
    fileprivate static func make(path: String) throws(DataFolder.Failure) -> RunMark {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .inputOutput(path: path, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .inputOutput(path: path, reason: reason)
        }
        return RunMark(path: path, descriptor: descriptor)
    }

    deinit {
        unlink(path)
        close(descriptor)
    }
}
