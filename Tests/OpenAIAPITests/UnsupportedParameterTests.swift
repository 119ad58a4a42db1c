import OpenAIAPI
import OrderedJSON
import Testing

/// Fields that other servers have: what asks for something is 400, what asks for nothing passes.
@Suite struct UnsupportedParameterTests {
    private static let table: [(name: String, refused: [String], neutral: [String])] = [
        ("modalities", [#"["text", "audio"]"#, "[]"], [#"["text"]"#]),
        ("audio", [#"{"voice": "x"}"#], []), ("moderation", ["{}"], []), ("web_search_options", ["{}"], []),
        ("echo", ["true"], ["false"]),
        ("best_of", ["2"], ["1"]),
        ("use_beam_search", ["true"], ["false"]), ("length_penalty", ["0.5"], ["1.0"]),
        ("truncate_prompt_tokens", ["5"], []),
        ("chat_template", [#""x""#], []), ("documents", ["[{}]"], ["[]"]),
    ]

    @Test("a value that asks for something is 400 and names the field", arguments: table.map(\.name))
    func refused(name: String) throws {
        for value in try #require(Self.table.first { $0.name == name }).refused {
            let error = try ChatBody.error("\"\(name)\": \(value)")
            #expect(error.status == 400 && error.param == name && error.code == "unsupported_parameter")
            #expect(error.message.hasPrefix("'\(name)' is not supported by this server yet; leave it out"))
        }
    }

    @Test("a value that asks for nothing passes without a word, and so does null", arguments: table.map(\.name))
    func neutral(name: String) throws {
        for value in try #require(Self.table.first { $0.name == name }).neutral + ["null"] {
            #expect(try ChatBody.read("\"\(name)\": \(value)") == ChatBody.read(), "\(name): \(value)")
        }
    }

    @Test("an error names the value that would pass")
    func wording() throws {
        #expect(try ChatBody.error(#""echo": true"#).message.hasSuffix("leave it out or set it to false."))
        #expect(try ChatBody.error(#""chat_template": "s""#).message.hasSuffix("leave it out."))
    }

    @Test("fields without effect are reported, unknown ones too")
    func reported() throws {
        let inert = [
            ("user", #""u""#), ("metadata", #"{"a": "b"}"#), ("safety_identifier", #""s""#), ("store", "false"),
            ("prediction", "{}"), ("prompt_cache_options", "{}"),
            ("prompt_cache_retention", #""24h""#), ("request_id", #""r""#), ("verbosity", #""low""#), ("colour", "{}"),
        ]
        for (name, value) in inert {
            #expect(try ChatBody.read("\"\(name)\": \(value)").ignoredFields == [name])
            #expect(try name == "colour" || ChatBody.read("\"\(name)\": null").ignoredFields.isEmpty)
        }
    }

    @Test("extra_body is a mistake of curl users, who are told so")
    func extraBody() throws {
        let error = try ChatBody.error(#""extra_body": {"max_think_tokens": 5}"#)
        #expect(error.param == "extra_body" && error.message.contains("top level"))
        #expect(try ChatBody.read(#""extra_body": {}"#) == ChatBody.read())
    }

    @Test(
        "other names for the limit of a completion are 400 and the right one is named",
        arguments: ["max_output_tokens", "max_new_tokens", "n_predict", "num_predict"]
    )
    func renamed(name: String) throws {
        let error = try ChatBody.error("\"\(name)\": 100")
        #expect(error.param == name && error.message.contains("'max_completion_tokens'"))
    }
}
