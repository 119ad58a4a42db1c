import Compute
import Foundation
import OrderedJSON
import Testing

@Suite struct SafetensorsTests {
    /// A file: the header's length, the header, the data.
    static func file(_ header: String, data: Int, claim: UInt64? = nil) -> [UInt8] {
        withUnsafeBytes(of: (claim ?? UInt64(header.utf8.count)).littleEndian) { Array($0) } + Array(header.utf8)
            + [UInt8](repeating: 0, count: data)
    }

    static func read(_ bytes: [UInt8]) throws(ComputeError) -> SafetensorsHeader {
        let result: Result<SafetensorsHeader, ComputeError> = bytes.withUnsafeBytes { bytes in
            do throws(ComputeError) { return .success(try SafetensorsHeader(bytes: bytes, file: "f")) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    static func tensor(_ type: String = "F32", _ shape: String = "[2]", _ offsets: String = "[0,8]") -> String {
        #"{"a":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }

    @Test("a good header is read")
    func good() throws {
        let header = #"""
            {"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[8,20]},
             "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"s":{"dtype":"I64","shape":[],"data_offsets":[20,28]},
             "e":{"dtype":"F32","shape":[0,4],"data_offsets":[20,20]}}
            """#
        let start = 8 + header.utf8.count
        let entries = try Self.read(Self.file(header, data: 28)).entries
        #expect(entries["a"]?.type == .float32 && entries["a"]?.byteRange == start..<(start + 8))
        #expect(entries["b"]?.type == .bfloat16 && entries["b"]?.shape == [2, 3])
        #expect(entries["b"]?.byteRange == (start + 8)..<(start + 20))
        #expect(entries["s"]?.shape == [])
        #expect(entries.count == 4)
    }

    @Test(
        "a bad header is refused and says why",
        arguments: [
            ([], .truncatedHeader(file: "f", neededBytes: 8, fileBytes: 0)),
            ([1, 2, 3, 4, 5, 6, 7], .truncatedHeader(file: "f", neededBytes: 8, fileBytes: 7)),
            (file("{}", data: 0, claim: 3), .truncatedHeader(file: "f", neededBytes: 11, fileBytes: 10)),
            (file("{}", data: 0, claim: .max), .headerTooLarge(file: "f", headerBytes: .max, limitBytes: 100_000_000)),
            (
                file("{}", data: 0, claim: 100_000_001),
                .headerTooLarge(file: "f", headerBytes: 100_000_001, limitBytes: 100_000_000)
            ),
            (file("[]", data: 0), .notAnObject(file: "f")),
            (file(tensor("F32", "[2]", "[0,8]"), data: 7), .truncatedData(file: "f", neededBytes: 8, dataBytes: 7)),
            (file(tensor("F32", "[2]", "[0,8]"), data: 9), .trailingData(file: "f", usedBytes: 8, dataBytes: 9)),
            (file(tensor("F32", "[2]", "[4,12]"), data: 12), .gapBeforeTensor(file: "f", tensor: "a")),
            (file(#"{"a":3}"#, data: 0), .invalidTensor(file: "f", tensor: "a", .notAnObject)),
            (file(#"{"a":{}}"#, data: 0), .invalidTensor(file: "f", tensor: "a", .missing(field: "dtype"))),
            (
                file(#"{"a":{"dtype":"F32"}}"#, data: 0),
                .invalidTensor(file: "f", tensor: "a", .missing(field: "shape"))
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[1]}}"#, data: 0),
                .invalidTensor(file: "f", tensor: "a", .missing(field: "data_offsets"))
            ),
            (
                file(#"{"a":{"dtype":7,"shape":[1]}}"#, data: 0),
                .invalidTensor(file: "f", tensor: "a", .invalid(field: "dtype"))
            ),
            (file(tensor("F31"), data: 8), .invalidTensor(file: "f", tensor: "a", .unknownType("F31"))),
            (file(tensor("F32", "[-2]"), data: 8), .invalidTensor(file: "f", tensor: "a", .invalid(field: "shape"))),
            (file(tensor("F32", "[2.0]"), data: 8), .invalidTensor(file: "f", tensor: "a", .invalid(field: "shape"))),
            (file(tensor("F32", "\"2\""), data: 8), .invalidTensor(file: "f", tensor: "a", .invalid(field: "shape"))),
            (
                file(tensor("F32", "[99999999999999999999]"), data: 8),
                .invalidTensor(file: "f", tensor: "a", .invalid(field: "shape"))
            ),
            (
                file(tensor("F32", "[4294967296,4294967296]"), data: 8),
                .invalidTensor(file: "f", tensor: "a", .tooLarge)
            ),
            (
                file(tensor("F32", "[2]", "[8,0]"), data: 8),
                .invalidTensor(file: "f", tensor: "a", .invalid(field: "data_offsets"))
            ),
            (
                file(tensor("F32", "[2]", "[0,8,9]"), data: 8),
                .invalidTensor(file: "f", tensor: "a", .invalid(field: "data_offsets"))
            ),
            (
                file(tensor("F32", "[2]", "[0,9223372036854775807]"), data: 8),
                .invalidTensor(file: "f", tensor: "a", .tooLarge)
            ),
            (
                file(tensor("F32", "[3]"), data: 8),
                .invalidTensor(file: "f", tensor: "a", .sizeMismatch(shapeBytes: 12, rangeBytes: 8))
            ),
        ] as [([UInt8], ComputeError)]
    )
    func bad(bytes: [UInt8], expected: ComputeError) {
        #expect(throws: expected) { try Self.read(bytes) }
        #expect(expected.description.contains("f"))
    }

    @Test("overlapping tensors are named")
    func overlap() {
        let header = #"""
            {"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}
            """#
        #expect(throws: ComputeError.overlappingTensors(file: "f", first: "a", second: "b")) {
            try Self.read(Self.file(header, data: 12))
        }
    }

    @Test("a header that is no JSON, or names a tensor twice, is refused with its place")
    func garbage() {
        let twice = #"{"a":1,"a":2}"#
        for (header, reason) in [
            (twice, JSONParseError.Reason.duplicateKey("a")),
            ("garbage!", .unexpectedByte(UInt8(ascii: "g"))),
            (String(repeating: "[", count: 10_000), .tooDeep(limit: 128)),
        ] {
            #expect { try Self.read(Self.file(header, data: 0)) } throws: { error in
                guard case .invalidJSON("f", let parseError) = error as? ComputeError else { return false }
                return parseError.reason == reason
            }
        }
    }

    @Test("mutated headers are read or refused, never more", arguments: 0..<8)
    func fuzz(seed: Int) throws {
        let header = #"""
            {"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[8,20]},
             "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}
            """#
        let good = Self.file(header, data: 20)
        var random = KernelCase(seed: seed + 1)
        var readCount = 0
        for _ in 0..<2500 {
            var bytes = good
            for _ in 0..<random.index(below: 4) + 1 { random.mutate(&bytes) }
            guard let result = try? Self.read(bytes) else { continue }
            readCount += 1
            for entry in result.entries.values {
                try #require(entry.byteRange.lowerBound >= 8 && entry.byteRange.upperBound <= bytes.count)
                try #require(entry.shape.reduce(entry.type.byteCount, *) == entry.byteRange.count)
            }
        }
        // Blanks and names may change, so some mutants are good.
        #expect(readCount > 0)
    }
}

extension KernelCase {
    mutating func index(below count: Int) -> Int { Int((floats(1)[0] + 1) / 2 * Float(count)) % count }

    /// Changes, inserts, removes or repeats bytes.
    fileprivate mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = index(below: bytes.count)
        switch index(below: 6) {
        case 0: bytes[place] ^= 1 << UInt8(index(below: 8))
        case 1: bytes[place] = UInt8(index(below: 256))
        case 2: bytes.insert(Array("0123456789[]{},:\"- e".utf8)[index(below: 20)], at: place)
        case 3: bytes.remove(at: place)
        case 4: bytes.removeLast(bytes.count - place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(index(below: 40)), at: index(below: bytes.count))
        }
    }
}
