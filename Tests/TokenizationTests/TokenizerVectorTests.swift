import OrderedJSON
import TestSupport
import Testing
import Tokenization

@Suite struct TokenizerVectorTests {
    private static func vectors(_ name: String, _ kind: String) throws -> [JSONValue] {
        let document = try JSONValue(parsing: Fixtures.bytes("tokenizer/\(name).json"), options: .python)
        return try #require(document[kind]?.array)
    }

    private static func ids(_ value: JSONValue?) throws -> [Int32] {
        try #require(value?.array).map { Int32(try #require($0.integer)) }
    }

    @Test("text becomes the ids of the reference", arguments: ["large", "small"])
    func encode(name: String) throws {
        let tokenizer = try LoadedTokenizer.named(name)
        let vectors = try Self.vectors(name, "encode")
        #expect(vectors.count == 271)
        for vector in vectors {
            let text = try #require(vector["text"]?.string)
            #expect(try tokenizer.encode(text) == Self.ids(vector["ids"]), "\(text.debugDescription)")
            let withSpecial = tokenizer.encode(text, addsSpecialTokens: true)
            #expect(try withSpecial == Self.ids(vector["ids_with_special"]), "\(text.debugDescription)")
        }
    }

    @Test("ids become the text of the reference, valid UTF-8 or not", arguments: ["large", "small"])
    func decode(name: String) throws {
        let tokenizer = try LoadedTokenizer.named(name)
        let vectors = try Self.vectors(name, "decode")
        #expect(vectors.count == 175)
        for vector in vectors {
            let ids = try Self.ids(vector["ids"])
            #expect(Array(tokenizer.decode(ids).utf8) == Array(try #require(vector["text"]?.string).utf8))
            let skipped = tokenizer.decode(ids, skipsSpecialTokens: true)
            #expect(Array(skipped.utf8) == Array(try #require(vector["text_skip_special"]?.string).utf8))
        }
    }

    @Test("each id releases the text of the reference", arguments: [("large", 52), ("small", 57)])
    func stream(name: String, count: Int) throws {
        let tokenizer = try LoadedTokenizer.named(name)
        let vectors = try Self.vectors(name, "stream")
        #expect(vectors.count == count)
        for vector in vectors {
            let ids = try Self.ids(vector["ids"])
            let pieces = try #require(vector["pieces"]?.array).map { try #require($0.string) }
            var detokenizer = IncrementalDetokenizer()
            var sent = ids.map { detokenizer.append(tokenizer.bytes(of: $0)) }
            sent[sent.count - 1] += detokenizer.finish()
            #expect(sent.map { Array($0.utf8) } == pieces.map { Array($0.utf8) })
        }
    }

    @Test(
        "the models' own tokenizers give the ids of their chats",
        arguments: ["attention-only", "bf16-sharded", "hybrid-two-groups", "mamba-only", "moe", "odd-dims"]
    )
    func models(name: String) throws {
        let tokenizer = try Tokenizer(tokenizerJSON: Fixtures.bytes("models/\(name)/tokenizer.json"))
        #expect(tokenizer.vocabularySize == 512)
        let chats = try JSONValue(parsing: Fixtures.bytes("models/\(name)/expected_chat.json"), options: .python)
        let conversations = try #require(chats.array ?? chats["conversations"]?.array)
        #expect(conversations.count == 4)
        for conversation in conversations {
            let prompt = try #require(conversation["prompt"]?.string)
            let promptIDs = try Self.ids(conversation["prompt_ids"])
            #expect(tokenizer.encode(prompt) == promptIDs)
            #expect(tokenizer.encode(prompt, trusted: [0..<prompt.utf8.count]) == promptIDs)
            var output = try Self.ids(conversation["output_ids"])
            if conversation["finish_reason"]?.string == "stop" { output.removeLast() }
            let text = try #require(conversation["output_text"]?.string)
            #expect(tokenizer.decode(output, skipsSpecialTokens: true) == text)
        }
    }

    @Test("published ids of the family's tags come out")
    func published() throws {
        let tokenizer = try LoadedTokenizer.large.get()
        #expect(tokenizer.vocabularySize == 131_072)
        #expect(tokenizer.encode("<think>\n") == [49250, 2077, 1561])
        #expect(tokenizer.encode("</think>") == [1885, 74045, 1062])
        #expect(tokenizer.encode("</think>\n\n") == [1885, 74045, 3318])
        #expect(
            tokenizer.encode(" Reached thinking limit. </think>")
                == [1871, 5565, 11483, 6139, 1046, 2259, 74045, 1062]
        )
    }

    @Test("texts made to be difficult become the ids of the reference", arguments: HostileVectors.small)
    func hostile(text: String, ids: [Int32]) throws {
        #expect(try LoadedTokenizer.small.get().encode(text) == ids)
    }

    @Test("tokens are found by name and know their bytes")
    func lookUp() throws {
        let tokenizer = try LoadedTokenizer.large.get()
        #expect(tokenizer.id(of: "</s>") == 2)
        #expect(tokenizer.id(of: "<SPECIAL_12>") == 12)
        #expect(tokenizer.id(of: "<SPECIAL_1000>") == nil)
        let blank = try #require(tokenizer.id(of: "\u{120}"))
        #expect(Array(tokenizer.bytes(of: blank)) == [0x20])
        #expect(Array(tokenizer.bytes(of: 12)) == Array("<SPECIAL_12>".utf8))
        #expect(tokenizer.isSpecial(12) && !tokenizer.isSpecial(blank))
    }

    @Test("ids that do not exist stand for nothing", arguments: [-1, 131_072, .max, .min] as [Int32])
    func unknown(id: Int32) throws {
        let tokenizer = try LoadedTokenizer.large.get()
        #expect(tokenizer.bytes(of: id).isEmpty)
        #expect(!tokenizer.isSpecial(id))
        #expect(tokenizer.decode([2, id, 2]) == "</s></s>")
    }
}
