/// A parameter of a statement.
enum PostgreSQLValue: Hashable, Sendable {
    case null
    case integer(Int)
    case text(String)
    case bytes([UInt8])
    case bool(Bool)

    static func text(_ text: String?) -> PostgreSQLValue { text.map { .text($0) } ?? .null }
    static func integer(_ number: Int?) -> PostgreSQLValue { number.map { .integer($0) } ?? .null }
    static func bytes(_ bytes: [UInt8]?) -> PostgreSQLValue { bytes.map { .bytes($0) } ?? .null }
}

/// Parameters as libpq takes them: all bytes in one piece of memory.
struct PostgreSQLParameters {
    private var bytes: [CChar] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    private static let textFormat: Int32 = 0
    private static let binaryFormat: Int32 = 1

    /// - Throws: `StoreError.corrupt` for a text with a zero byte, which PostgreSQL cannot keep.
    init(_ values: [PostgreSQLValue]) throws(StoreError) {
        for value in values {
            switch value {
            case .null: append(nil, PostgreSQLParameters.textFormat)
            case .integer(let number): append(Array(String(number).utf8), PostgreSQLParameters.textFormat)
            case .bool(let flag): append(Array((flag ? "t" : "f").utf8), PostgreSQLParameters.textFormat)
            case .bytes(let bytes): append(bytes, PostgreSQLParameters.binaryFormat)
            case .text(let text):
                guard !text.utf8.contains(0) else { throw .corrupt("a text has a zero byte") }
                append(Array(text.utf8), PostgreSQLParameters.textFormat)
            }
        }
    }

    private mutating func append(_ value: [UInt8]?, _ format: Int32) {
        offsets.append(value == nil ? nil : bytes.count)
        lengths.append(Int32(value?.count ?? 0))
        formats.append(format)
        guard let value else { return }
        bytes.append(contentsOf: value.lazy.map { CChar(bitPattern: $0) })
        bytes.append(0)
    }

    /// Calls with number, values, lengths and formats.
    func withPointers<Result>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result
    ) -> Result {
        bytes.withUnsafeBufferPointer { memory in
            let values = offsets.map { offset in offset.flatMap { offset in memory.baseAddress.map { $0 + offset } } }
            return values.withUnsafeBufferPointer { values in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(Int32(values.count), values.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
