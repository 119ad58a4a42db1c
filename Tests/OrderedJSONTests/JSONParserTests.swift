import OrderedJSON
import Testing

@Suite struct JSONParserTests {
    @Test("keys keep their order and numbers their kind")
    func order() throws {
        let value = try JSONValue(parsing: #"{"b": 1, "a": 1.0, "c": [true, null, -0.5e-7, 123456789012345678901]}"#)
        #expect(value.object?.keys == ["b", "a", "c"])
        #expect(value["b"] == .integer(1))
        #expect(value["a"] == .double(1))
        #expect(value.text(.python) == #"{"b": 1, "a": 1.0, "c": [true, null, -5e-08, 123456789012345678901]}"#)
        #expect(value.text() == #"{"b":1,"a":1.0,"c":[true,null,-5e-08,123456789012345678901]}"#)
    }

    @Test(
        "what RFC 8259 forbids is refused with its place",
        arguments: [
            ("", .unexpectedEnd), ("{", .unexpectedEnd), ("[1,]", .unexpectedByte(0x5D)), ("01", .invalidNumber),
            ("-", .invalidNumber), ("1.", .invalidNumber), ("+1", .unexpectedByte(0x2B)), ("nul", .unexpectedEnd),
            ("NaN", .unexpectedByte(0x4E)), ("-1e999", .invalidNumber), ("\"\n\"", .controlCharacterInString),
            (#""\x""#, .invalidEscape),
            (#""\u12"#, .unexpectedEnd), ("1 2", .trailingContent), (#"{"a":1,"a":2}"#, .duplicateKey("a")),
            ("{a:1}", .unexpectedByte(0x61)), ("[1 2]", .unexpectedByte(0x32)), (#"{"a" 1}"#, .unexpectedByte(0x31)),
        ] as [(String, JSONParseError.Reason)]
    )
    func faults(text: String, reason: JSONParseError.Reason) {
        #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONParseError)?.reason == reason }
    }

    @Test("line and column are counted from one")
    func place() {
        #expect { try JSONValue(parsing: "{\n  \"a\": ?}") } throws: {
            let error = $0 as? JSONParseError
            return error?.line == 2 && error?.column == 8 && error?.offset == 9
        }
    }

    @Test("invalid UTF-8 is refused, with and without escapes", arguments: [[], Array("\\n".utf8)])
    func invalidUTF8(tail: [UInt8]) {
        #expect { try JSONValue(parsing: [0x22, 0xC3, 0x28] + tail + [0x22]) } throws: {
            ($0 as? JSONParseError)?.reason == .invalidUTF8
        }
    }

    @Test("nesting is bounded at exactly the limit")
    func depth() throws {
        var options = JSONParseOptions()
        options.maxDepth = 5
        _ = try JSONValue(parsing: "[[[[[1]]]]]", options: options)
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: "[[[[[[1]]]]]]", options: options) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test(
        "escapes become their characters, half a surrogate pair U+FFFD",
        arguments: [
            (#""\u0041\n\t\"\\\/""#, "A\n\t\"\\/"), (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"),
            (#""\ud83dx""#, "\u{FFFD}x"), (#""\ude00\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        ]
    )
    func escapes(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test("the end of a string is found at every distance, whatever stands before it", arguments: 0..<26)
    func stringEnds(length: Int) throws {
        for filler in ["a", "\u{7F}", "é", "\u{10FFFF}", "!", "#", "[", "]", "\u{2028}"] {
            let text = String(repeating: filler, count: length)
            let place = text.utf8.count + 1
            #expect(try JSONValue(parsing: "\"\(text)\"") == .string(text))
            #expect(try JSONValue(parsing: "[\"\(text)\\n\(text)\",1]") == [.string("\(text)\n\(text)"), 1])
            for (byte, reason) in [(0x1F, .controlCharacterInString), (0x00, .controlCharacterInString)]
                as [(UInt8, JSONParseError.Reason)]
            {
                #expect { try JSONValue(parsing: [0x22] + Array(text.utf8) + [byte, 0x22]) } throws: {
                    ($0 as? JSONParseError)?.reason == reason && ($0 as? JSONParseError)?.offset == place
                }
            }
            #expect { try JSONValue(parsing: "\"\(text)") } throws: {
                ($0 as? JSONParseError)?.reason == .unexpectedEnd && ($0 as? JSONParseError)?.offset == place
            }
        }
    }

    @Test("numbers of any length are read, and keep their digits if they are whole")
    func bigNumbers() throws {
        let digits = String(repeating: "9", count: 1_000_000)
        #expect(try JSONValue(parsing: digits) == .bigInteger(digits))
        #expect(try JSONValue(parsing: "-\(digits)").number == -.infinity)
        #expect(try JSONValue(parsing: "0.\(digits)") == .double(1))
        #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
        #expect(try JSONValue(parsing: "9223372036854775808") == .bigInteger("9223372036854775808"))
        #expect(try JSONValue(parsing: "-9223372036854775808") == .integer(.min))
        #expect(try JSONValue(parsing: "1e308") == .double(1e308))
        for text in ["1e309", "-1e309", "1e99999999999999999999"] {
            #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONParseError)?.reason == .invalidNumber }
        }
    }

    @Test("a key is a duplicate at any depth, escaped or not, and only in its own object")
    func duplicates() throws {
        for text in [#"{"a":1,"\u0061":2}"#, #"[{"x":{"k":1,"k":1}}]"#, #"{"":0,"":0}"#] {
            #expect { try JSONValue(parsing: text) } throws: {
                if case .duplicateKey = ($0 as? JSONParseError)?.reason { true } else { false }
            }
        }
        #expect(try JSONValue(parsing: #"{"a":{"a":{"a":1}},"A":1}"#).object?.count == 2)
    }

    @Test("Python's extras are accepted only when asked for")
    func python() throws {
        let value = try JSONValue(parsing: "[NaN, Infinity, -Infinity, -1]", options: .python)
        #expect(value.text() == "[NaN,Infinity,-Infinity,-1]")
        #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#, options: .python)["a"] == .integer(2))
    }

    @Test(
        "numbers are written as Python writes them",
        arguments: [
            (1e16, "1e+16"), (1.5e16, "1.5e+16"), (9007199254740993.0, "9007199254740992.0"), (1e-5, "1e-05"),
            (0.0001, "0.0001"), (1e22, "1e+22"), (-0.0, "-0.0"), (1e15, "1000000000000000.0"), (0.1, "0.1"),
            (12345678901234567.0, "1.2345678901234568e+16"), (Double.leastNonzeroMagnitude, "5e-324"), (3, "3.0"),
            (9_999_999_999_999_992.0, "9999999999999992.0"),
            (-9_007_199_254_740_994.0, "-9007199254740994.0"),
        ]
    )
    func floats(number: Double, text: String) { #expect(JSONValue.text(of: number) == text) }

    @Test("what is written reads back equal, for random documents", arguments: 0..<200)
    func roundTrip(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let value = random.document(depth: 4)
        #expect(try JSONValue(parsing: value.utf8()) == value)
        #expect(try JSONValue(parsing: value.utf8(.python)) == value)
    }

    @Test("random damage never crashes the parser", arguments: 0..<200)
    func damage(seed: Int) {
        var random = SplitMix(state: UInt64(seed) &+ 1_000)
        var bytes = random.document(depth: 4).utf8()
        for _ in 0..<50 where !bytes.isEmpty {
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            if let value = try? JSONValue(parsing: bytes) { #expect((try? JSONValue(parsing: value.utf8())) == value) }
        }
    }
}

/// A small seeded generator for documents.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func text() -> String {
        let alphabet: [Character] = ["a", "\"", "\\", "\n", "\u{1}", "é", "😀", "/", " ", "\u{2028}", "\u{7F}"]
        return String(
            (0..<Int.random(in: 0...6, using: &self)).compactMap { _ in alphabet.randomElement(using: &self) }
        )
    }

    mutating func document(depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64(truncatingIfNeeded: next()))
        case 3: return .double(Double.random(in: -1e20...1e20, using: &self))
        case 4: return .bigInteger("1" + String(repeating: "7", count: 25))
        case 5: return .string(text())
        case 6: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in document(depth: depth - 1) })
        default:
            var members = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &self) { members[text()] = document(depth: depth - 1) }
            return .object(members)
        }
    }
}
