import CPostgres

/// The rows that a statement gave.
final class PostgreSQLRows {
    private let result: OpaquePointer

    /// Takes libpq's result over.
    init(owning result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    var count: Int { Int(PQntuples(result)) }

    /// What kind of statement it was, as the server says after it.
    var tag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    subscript(index: Int) -> PostgreSQLRow { PostgreSQLRow(rows: self, index: Int32(index)) }

    fileprivate func value(_ row: Int32, _ column: Int32) -> UnsafeBufferPointer<CChar>? {
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        return UnsafeBufferPointer(start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }
}

/// One of them; columns count from 0.
struct PostgreSQLRow {
    fileprivate let rows: PostgreSQLRows
    fileprivate let index: Int32

    func optionalText(_ column: Int32) -> String? {
        rows.value(index, column).map { String(decoding: UnsafeRawBufferPointer($0), as: UTF8.self) }
    }

    func text(_ column: Int32) throws(StoreError) -> String {
        guard let text = optionalText(column) else { throw .corrupt("column \(column) is NULL") }
        return text
    }

    func optionalInteger(_ column: Int32) throws(StoreError) -> Int? {
        guard let text = optionalText(column) else { return nil }
        guard let number = Int(text) else { throw .corrupt("column \(column) is no number") }
        return number
    }

    func integer(_ column: Int32) throws(StoreError) -> Int {
        guard let number = try optionalInteger(column) else { throw .corrupt("column \(column) is NULL") }
        return number
    }

    func bool(_ column: Int32) throws(StoreError) -> Bool { try text(column) == "t" }

    /// The bytes of a `bytea`, which comes as `\x` and hexadecimal digits.
    func bytes(_ column: Int32) throws(StoreError) -> [UInt8] {
        guard let digits = rows.value(index, column), digits.count % 2 == 0, digits.starts(with: [0x5C, 0x78]) else {
            throw .corrupt("column \(column) has no bytes")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2 - 1)
        for at in stride(from: 2, to: digits.count, by: 2) {
            guard let high = Self.digit(digits[at]), let low = Self.digit(digits[at + 1]) else {
                throw .corrupt("column \(column) has no bytes")
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ character: CChar) -> UInt8? {
        switch UInt8(bitPattern: character) {
        case let byte where (48...57).contains(byte): byte - 48
        case let byte where (97...102).contains(byte): byte - 87
        default: nil
        }
    }
}
