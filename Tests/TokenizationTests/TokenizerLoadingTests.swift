import OrderedJSON
import TestSupport
import Testing

@testable import Tokenization

@Suite struct TokenizerLoadingTests {
    /// Loads the small tokenizer with the value at `path` replaced, or removed where `value` is nil.
    private func load(_ path: [String], _ value: JSONValue?) throws -> Tokenizer {
        try LoadedTokenizer.changed { root in
            root = Self.replacing(root, path[...], value)
        }
    }

    private static func replacing(_ object: JSONObject, _ path: ArraySlice<String>, _ value: JSONValue?) -> JSONObject {
        var object = object
        guard let name = path.first else { return object }
        if path.count == 1 {
            object[name] = value
        } else if let inner = object[name]?.object {
            object[name] = .object(replacing(inner, path.dropFirst(), value))
        }
        return object
    }

    private func error(_ path: [String], _ value: JSONValue?) -> TokenizerError? {
        do {
            _ = try load(path, value)
            return nil
        } catch {
            return error as? TokenizerError
        }
    }

    @Test(
        "a missing field is named",
        arguments: [
            ["model"], ["decoder"], ["pre_tokenizer"], ["model", "type"], ["model", "vocab"], ["model", "merges"],
            ["pre_tokenizer", "type"], ["pre_tokenizer", "pretokenizers"], ["post_processor", "single"],
        ]
    )
    func missing(path: [String]) {
        #expect(error(path, nil) == .missingField(path.joined(separator: ".")))
    }

    @Test(
        "a value of the wrong type is named",
        arguments: [
            (["model"], "model", "an object", "an integer"),
            (["model", "vocab"], "model.vocab", "an object", "an integer"),
            (["model", "merges"], "model.merges", "an array", "an integer"),
            (["model", "ignore_merges"], "model.ignore_merges", "a boolean", "an integer"),
            (["added_tokens"], "added_tokens", "an array", "an integer"),
            (["model", "vocab", "a"], "model.vocab[\"a\"]", "an integer", "a string"),
        ]
    )
    func wrongType(path: [String], field: String, expected: String, found: String) {
        let value: JSONValue = found == "a string" ? "x" : 5
        #expect(error(path, value) == .wrongType(field: field, expected: expected, found: found))
    }

    @Test(
        "what would make tokens differ is refused",
        arguments: [
            (["normalizer"], ["type": "NFC"]), (["decoder"], ["type": "WordPiece"]), (["model", "type"], "Unigram"),
            (["model", "dropout"], 0.1), (["model", "continuing_subword_prefix"], "##"),
            (["model", "end_of_word_suffix"], "</w>"), (["pre_tokenizer"], ["type": "ByteLevel"]),
            (["pre_tokenizer", "pretokenizers"], []), (["post_processor"], ["type": "BertProcessing"]),
            (["post_processor", "single"], []),
        ] as [([String], JSONValue)]
    )
    func unsupported(path: [String], value: JSONValue) throws {
        guard case .unsupported(let field, _, _) = error(path, value) else {
            Issue.record("\(path) was not refused: \(String(describing: error(path, value)))")
            return
        }
        #expect(field.hasPrefix(path.joined(separator: ".")))
    }

    @Test(
        "only the one pre-tokenizer is accepted",
        arguments: [
            ("pattern", ["Regex": "\\s+"]), ("pattern", ["String": " "]), ("behavior", "Removed"), ("invert", true),
            ("add_prefix_space", true), ("use_regex", true), ("use_regex", nil),
        ] as [(String, JSONValue?)]
    )
    func preTokenizer(field: String, value: JSONValue?) throws {
        let steps = try #require(
            JSONValue(parsing: Fixtures.bytes("tokenizer/small/tokenizer.json"))["pre_tokenizer"]?["pretokenizers"]?
                .array
        )
        let changed = steps.map { step -> JSONValue in
            guard var members = step.object, members[field] != nil else { return step }
            members[field] = value
            return .object(members)
        }
        let refusal = try #require(error(["pre_tokenizer", "pretokenizers"], .array(changed)))
        #expect("\(refusal)".contains(field), "\(refusal)")
    }

    @Test("a broken merge is named by its index")
    func merges() {
        func fault(_ entry: JSONValue) -> TokenizerError? { error(["model", "merges"], [["a", "n"], entry]) }
        #expect(fault(["a"]) == .brokenMerge(index: 1, fault: .notAPair))
        #expect(fault(["a", 5]) == .brokenMerge(index: 1, fault: .notAPair))
        #expect(fault("ab") == .brokenMerge(index: 1, fault: .notAPair))
        #expect(fault("a b c") == .brokenMerge(index: 1, fault: .notAPair))
        #expect(fault(["a", "qqq"]) == .brokenMerge(index: 1, fault: .unknownToken("qqq")))
        #expect(fault(["qqq", "a"]) == .brokenMerge(index: 1, fault: .unknownToken("qqq")))
        #expect(fault(["q", "q"]) == .brokenMerge(index: 1, fault: .unknownResult("qq")))
        #expect("\(TokenizerError.brokenMerge(index: 1, fault: .notAPair))".contains("model.merges[1]"))
    }

    @Test("ids must be unique, agree and be in bounds")
    func ids() {
        #expect(error(["model", "vocab", "qqq"], 5) == .duplicateID(id: 5, tokens: ["[AVAILABLE_TOOLS]", "qqq"]))
        #expect(error(["model", "vocab", "qqq"], -1) == .idOutOfRange(token: "qqq", id: -1, limit: 16_777_215))
        let far = error(["model", "vocab", "qqq"], .integer(1 << 40))
        #expect(far == .idOutOfRange(token: "qqq", id: 1 << 40, limit: 16_777_215))
        #expect(error(["model", "vocab", "a"], nil) == .missingByteToken(0x61))

        func added(_ id: Int64, _ content: String) -> JSONValue {
            ["id": .integer(id), "content": .string(content), "special": true]
        }
        #expect(error(["added_tokens"], [added(7, "</s>")]) == .conflictingIDs(token: "</s>", ids: [2, 7]))
        #expect(error(["added_tokens"], [added(2, "<x>")]) == .duplicateID(id: 2, tokens: ["</s>", "<x>"]))
        #expect(error(["added_tokens"], [added(2, "</s>"), added(2, "</s>")]) == .duplicateAddedToken("</s>"))
        #expect(error(["added_tokens"], [added(2, "</s>"), added(2, "")]) == .emptyAddedToken(index: 1))
        #expect(error(["added_tokens"], [added(-5, "<x>")]) == .idOutOfRange(token: "<x>", id: -5, limit: 16_777_215))
        let word: JSONValue = ["id": 2, "content": "</s>", "special": true, "single_word": true]
        #expect(
            error(["added_tokens"], [word])
                == .unsupported(field: "added_tokens[0].single_word", value: "true", supported: "false")
        )
    }

    @Test("ids may have gaps")
    func gaps() throws {
        let tokenizer = try load(["model", "vocab", "qqq"], 5000)
        #expect(tokenizer.vocabularySize == 5001)
        #expect(tokenizer.bytes(of: 4000).isEmpty)
        #expect(tokenizer.decode([5000, 4000, 5000]) == "qqqqqq")
    }

    @Test("broken JSON is told with its place")
    func json() throws {
        let whole = try Fixtures.bytes("models/moe/tokenizer.json")
        for count in [0, 1, 100, 5000, whole.count - 1] {
            #expect {
                try Tokenizer(tokenizerJSON: Array(whole[..<count]))
            } throws: { error in
                if case .invalidJSON = error as? TokenizerError { true } else { false }
            }
        }
        #expect(throws: TokenizerError.wrongType(field: "the document", expected: "an object", found: "an array")) {
            try Tokenizer(tokenizerJSON: Array("[]".utf8))
        }
    }

    @Test("older files write merges as one string")
    func oldMerges() throws {
        let reference = try LoadedTokenizer.small.get()
        let tokenizer = try LoadedTokenizer.changed { root in
            guard var model = root["model"]?.object, let merges = model["merges"]?.array else { return }
            model["merges"] = .array(
                merges.map { .string(($0.array ?? []).compactMap(\.string).joined(separator: " ")) }
            )
            root["model"] = .object(model)
        }
        let text = "The quick brown fox, naïve 中文 and    blanks"
        #expect(tokenizer.encode(text) == reference.encode(text))
    }

    @Test("with ignore_merges a piece that is a token needs no merges")
    func ignoreMerges() throws {
        let tokenizer = try LoadedTokenizer.changed { root in
            guard var model = root["model"]?.object, var vocabulary = model["vocab"]?.object else { return }
            model["ignore_merges"] = true
            vocabulary["zqzqz"] = 2000
            model["vocab"] = .object(vocabulary)
            root["model"] = .object(model)
        }
        #expect(tokenizer.encode("zqzqz") == [2000])
        #expect(tokenizer.encode("zqzqzq") == (try LoadedTokenizer.small.get().encode("zqzqzq")))
    }

    @Test(
        "the post-processor's template says what is put around a text",
        arguments: [
            (.null, [], []), (["type": "ByteLevel", "trim_offsets": true], [], []),
            (Self.template(["<s>", "A", "</s>"]), [1], [2]),
            (
                ["type": "Sequence", "processors": [["type": "ByteLevel"], Self.template(["</s>", "<s>", "A"])]],
                [2, 1], []
            ),
        ] as [(JSONValue, [Int32], [Int32])]
    )
    func postProcessor(value: JSONValue, prefix: [Int32], suffix: [Int32]) throws {
        let tokenizer = try load(["post_processor"], value)
        #expect(tokenizer.encode("a", addsSpecialTokens: true) == prefix + tokenizer.encode("a") + suffix)
        #expect(tokenizer.encode("", addsSpecialTokens: true) == prefix + suffix)
    }

    private static func template(_ pieces: [String]) -> JSONValue {
        let single = pieces.map { piece -> JSONValue in
            piece == "A"
                ? ["Sequence": ["id": "A", "type_id": 0]] : ["SpecialToken": ["id": .string(piece), "type_id": 0]]
        }
        return [
            "type": "TemplateProcessing", "single": .array(single),
            "special_tokens": ["<s>": ["id": "<s>", "ids": [1]], "</s>": ["id": "</s>", "ids": [2]]],
        ]
    }
}
