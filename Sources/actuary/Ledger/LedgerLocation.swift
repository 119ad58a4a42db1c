import Billing

/// Where a ledger is: a data folder, or a database server.
enum LedgerLocation: Equatable, Sendable {
    case folder(DataFolder)
    case database(PostgreSQLAddress)

    /// What flags say, else the environment, else the user's data folder.
    ///
    /// - Throws: `CommandFailure` if there is no folder to be found, or no such database.
    init(dataDir: String?, ledger: String?, environment: [String: String]) throws(CommandFailure) {
        if let url = ledger ?? environment["ACTUARY_LEDGER"], !url.isEmpty {
            do throws(PostgreSQLAddress.Malformed) {
                self = .database(try PostgreSQLAddress(url))
                return
            } catch {
                throw .badUsage("--ledger cannot be read: \(error)")
            }
        }
        self = .folder(try LedgerLocation.folder(dataDir: dataDir, environment: environment))
    }

    /// Where data are kept on this machine: what the flag says, else the environment, else the user's data folder.
    ///
    /// - Throws: `CommandFailure` if there is no folder to be found.
    static func folder(dataDir: String?, environment: [String: String]) throws(CommandFailure) -> DataFolder {
        let named = dataDir ?? environment["ACTUARY_DATA_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        guard let path = named ?? DataFolder.defaultPath(environment: environment) else {
            throw .badConfiguration("there is no home folder to keep data in: name a folder with --data-dir")
        }
        return DataFolder(path: path)
    }

    /// Whether servers on several machines may share it.
    var isShared: Bool { if case .database = self { true } else { false } }

    /// Opens the store, and makes it if it is not there.
    ///
    /// - Throws: `CommandFailure` that names the place.
    func openStore() throws(CommandFailure) -> any LedgerStore {
        switch self {
        case .folder(let folder):
            do throws(DataFolder.Failure) { try folder.create() } catch { throw CommandFailure(error) }
            do throws(StoreError) {
                return try SQLiteStore(path: folder.ledgerPath)
            } catch {
                throw CommandFailure(error, at: folder.ledgerPath)
            }
        case .database(let address):
            do throws(StoreError) {
                return try PostgreSQLStore(address)
            } catch {
                throw CommandFailure(error, at: "\(address)")
            }
        }
    }

    /// Marks a server's run as alive; a database has marks of its own.
    ///
    /// - Returns: What to keep as long as the server runs; `nil` on a database.
    /// - Throws: `CommandFailure.inputOutput`.
    func mark(run: String) throws(CommandFailure) -> RunMark? {
        switch self {
        case .folder(let folder):
            do throws(DataFolder.Failure) { return try folder.mark(run: run) } catch { throw CommandFailure(error) }
        case .database: return nil
        }
    }

    /// Whether a run of a server is over, so that others bill what it left; a database knows by itself.
    func isOver(run: String) -> Bool {
        switch self {
        case .folder(let folder): !folder.isAlive(run: run)
        case .database: false
        }
    }
}
