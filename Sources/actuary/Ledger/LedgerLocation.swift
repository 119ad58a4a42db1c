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
        let named = dataDir ?? environment["ACTUARY_DATA_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        guard let path = named ?? DataFolder.defaultPath(environment: environment) else {
            throw .badConfiguration("there is no home folder to keep data in: name a folder with --data-dir")
        }
        self = .folder(DataFolder(path: path))
    }

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

    /// Takes the place for a server, of which there is one in a data folder, but any number on a database.
    ///
    /// - Returns: What to keep as long as the server runs; `nil` if nothing needs to be locked.
    /// - Throws: `CommandFailure.unavailable` if another server has it.
    func lock() throws(CommandFailure) -> DataFolderLock? {
        switch self {
        case .folder(let folder):
            do throws(DataFolder.Failure) {
                try folder.create()
                return try folder.lock()
            } catch {
                throw CommandFailure(error)
            }
        case .database: return nil
        }
    }
}
