import Testing

@testable import Billing

@Suite struct PostgreSQLAddressTests {
    @Test("a description has no password, and a malformed URL is not repeated")
    func secrecy() throws {
        let address = try PostgreSQLAddress("postgres://me:s3cret@db.example:5433/books?sslmode=verify-full")
        #expect("\(address)" == "postgres://me@db.example:5433/books")
        #expect(!String(reflecting: address).contains("s3cret"))
        #expect(address.cleaned("FATAL:\n\tno s3cret here") == "FATAL: no *** here")
        for url in ["postgres://me:s3cret%zz@h/d", "postgres://me:s3cret@h/d?nonsense=1", "mysql://me:s3cret@h/d", ""] {
            #expect {
                try PostgreSQLAddress(url)
            } throws: {
                !"\($0)".contains("s3cret")
            }
        }
    }

    @Test("an address without a server is unreachable, and says so without the password")
    func nobodyThere() throws {
        let address = try PostgreSQLAddress("postgres://me:s3cret@127.0.0.1:1/books")
        #expect {
            try PostgreSQLStore(address)
        } throws: {
            guard case StoreError.unreachable(let message) = $0 else { return false }
            return message.contains("127.0.0.1") && !message.contains("s3cret")
        }
    }
}

@Suite(.enabled(if: TestDatabase.url != nil, "ACTUARY_TEST_POSTGRES names no database"))
struct PostgreSQLStoreTests {
    @Test("a wrong password is refused without being repeated")
    func password() throws {
        let url = try #require(TestDatabase.url)
        let wrong = url.replacing(#/:[^:@/]*@/#, with: ":wr0ng@")
        #expect {
            try TestDatabase.store(wrong)
        } throws: {
            guard case StoreError.unreachable(let message) = $0 else { return false }
            return message.contains("authentication") && !message.contains("wr0ng")
        }
    }

    @Test("the journal only grows")
    func immutability() throws {
        let url = try TestDatabase.freshURL()
        let store = try TestDatabase.store(url)
        var chain = TestChain()
        let entry = chain.hold("r1")
        try store.write { writer throws(StoreError) in try writer.append(entry) }
        store.close()
        let connection = try TestDatabase.connect(url)
        defer { connection.close() }
        for sql in ["UPDATE journal SET time = 0", "DELETE FROM journal", "TRUNCATE journal CASCADE"] {
            #expect(throws: StoreError.conflict("the journal only grows")) { try connection.query(sql) }
        }
    }

    @Test("a ledger of version 1 becomes one of today, and keeps its entries")
    func olderSchema() throws {
        let url = try TestDatabase.freshURL()
        let account = Account(name: "a", terms: Account.localTerms, at: 1)
        let old = try TestDatabase.store(url)
        try old.write { writer throws(StoreError) in try writer.put(account) }
        old.close()
        let connection = try TestDatabase.connect(url)
        defer { connection.close() }
        for statement in ["DROP TABLE lease", "DROP INDEX journal_lease, journal_lease_end"] {
            _ = try connection.query(statement)
        }
        _ = try connection.query("UPDATE ledger_schema SET version = 1")
        let store = try TestDatabase.store(url)
        defer { store.close() }
        #expect(try store.read { reader throws(StoreError) in try reader.account(named: "a") } == account)
        #expect(try store.read { reader throws(StoreError) in try reader.leases() } == [])
        let versions = try connection.query("SELECT version FROM ledger_schema")
        #expect(try versions.count == 1 && versions[0].integer(0) == PostgreSQLSchema.version)
    }

    @Test("a newer schema is refused at the start, and by a program that runs when it comes")
    func newerSchema() throws {
        let url = try TestDatabase.freshURL()
        let store = try TestDatabase.store(url)
        defer { store.close() }
        let connection = try TestDatabase.connect(url)
        defer { connection.close() }
        let newer = PostgreSQLSchema.version + 1
        _ = try connection.query("UPDATE ledger_schema SET version = $1", [.integer(newer)])
        #expect(throws: StoreError.newerSchema(found: String(newer))) { try TestDatabase.store(url) }
        #expect(throws: StoreError.newerSchema(found: String(newer))) { try store.write { _ throws(StoreError) in } }
    }

    @Test("tables of others are not overwritten")
    func foreignTables() throws {
        let url = try TestDatabase.freshURL()
        let connection = try TestDatabase.connect(url)
        defer { connection.close() }
        _ = try connection.query("CREATE TABLE journal (diary TEXT)")
        #expect {
            try TestDatabase.store(url)
        } throws: {
            guard case StoreError.notALedger = $0 else { return false }
            return true
        }
        #expect(try connection.query("SELECT to_regclass('ledger_schema') IS NULL")[0].bool(0))
    }

    @Test("replicas that start at once make the tables once")
    func parallelMigration() async throws {
        let url = try TestDatabase.freshURL()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { try TestDatabase.store(url).close() }
            }
            try await group.waitForAll()
        }
    }

    @Test("a statement that failed leaves the connection usable, and is prepared again")
    func failedBatch() throws {
        let connection = try TestDatabase.connect(TestDatabase.freshURL())
        defer { connection.close() }
        try connection.send("SELECT 1/0")
        try connection.send("SELECT 'never run'")
        #expect(throws: StoreError.corrupt("division by zero")) { try connection.finishBatch() }
        #expect(try connection.query("SELECT 'never run'")[0].text(0) == "never run")
        #expect(try connection.query("SELECT $1::bytea", [.bytes([0, 255, 16])])[0].bytes(0) == [0, 255, 16])
    }
}
