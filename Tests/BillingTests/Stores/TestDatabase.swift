import Foundation

@testable import Billing

/// The PostgreSQL that `Tests/postgres.sh run` has started for this run of the tests.
enum TestDatabase {
    /// Its URL; `nil` leaves out the tests that need it.
    static let url = ProcessInfo.processInfo.environment["ACTUARY_TEST_POSTGRES"]

    /// A URL whose tables nobody else uses.
    static func freshURL() throws -> String { try url(named: UUID().uuidString) }

    /// A URL with tables of their own, the same for the same name.
    static func url(named name: String) throws -> String {
        guard let url else { throw StoreError.unreachable("ACTUARY_TEST_POSTGRES is not set") }
        return try self.url(named: name, in: url)
    }

    static func url(named name: String, in url: String) throws -> String {
        let schema = "t" + name.lowercased().filter { $0.isLetter || $0.isNumber }
        let connection = try connect(url)
        defer { connection.close() }
        _ = try connection.query("CREATE SCHEMA IF NOT EXISTS \(schema)")
        return "\(url)?options=-csearch_path%3D\(schema)"
    }

    static func connect(_ url: String) throws -> PostgreSQLConnection {
        try PostgreSQLConnection(to: PostgreSQLAddress(url), timeouts: PostgreSQLTimeouts())
    }

    static func store(_ url: String) throws -> PostgreSQLStore { try PostgreSQLStore(PostgreSQLAddress(url)) }
}
