import OpenAIAPI
import OrderedJSON
import Testing

/// Whatever is sent, the result is a request or an error of status 400.
@Suite struct HostileBodyTests {
    @Test(
        "a body that is no JSON object is 400",
        arguments: [
            "", " ", "{", "[]", "5", "null", #""text""#, "[1, 2]", "{} {}", #"{"n": 1, "n": 1}"#, "{'n': 1}",
            #"{"messages": [{"role": "user", "role": "user", "content": "x"}]}"#, #"{"temperature": NaN}"#,
            String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
        ]
    )
    func noObject(body: String) throws {
        let error = try ChatBody.error(Array(body.utf8))
        #expect(error.status == 400 && error.param == nil)
        #expect(try JSONValue(parsing: error.body)["error"]?.object?.count == 4)
    }

    @Test("invalid UTF-8 is 400")
    func invalidUTF8() throws {
        let error = try ChatBody.error(Array(#"{"model": ""#.utf8) + [0xFF] + Array(#""}"#.utf8))
        #expect(error.code == "invalid_json" && error.message.contains("line 1"))
    }

    @Test("unknown names without end are refused rather than compared", .timeLimit(.minutes(1)))
    func manyNames() throws {
        let names = (0..<20_000).map { "\"field_number\($0)\": 1" }.joined(separator: ",")
        #expect(try ChatBody.error(names).message.contains("more than 1000 unknown fields"))
        let few = (0..<1000).map { "\"field\($0)\": 1" }.joined(separator: ",")
        #expect(try ChatBody.read(few).ignoredFields.count == 1000)
        #expect(try ChatBody.error(few + #", "more": 1"#).status == 400)
    }

    @Test("monstrous names and long conversations are read in time", .timeLimit(.minutes(1)))
    func longNames() throws {
        let name = String(repeating: "max_think", count: 200_000)
        let error = try ChatBody.error("\"\(name)\": {\"a\": 1}")
        #expect(error.param?.utf8.count ?? 0 < 4096 && error.message.utf8.count < 4096)
        let message = #"{"role": "user", "content": "x", "id": 1}"#
        let messages = Array(repeating: message, count: 5000).joined(separator: ",")
        let request = try ChatCompletionRequest(body: ChatBody.bytes(messages: "[\(messages)]"))
        #expect(request.messages.count == 5000 && request.ignoredFields == ["messages[].id"])
    }

    @Test("a mutated body is a request or an error, never a crash", arguments: 0..<8)
    func mutations(seed: UInt64) throws {
        let seedBody = Array(
            #"""
            {"model": "m", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text",
            "text": "é😀"}]}, {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function",
            "function": {"name": "f", "arguments": {"x": 1}}}]}, {"role": "tool", "content": "1"}], "stream": true,
            "stream_options": {"include_usage": true}, "temperature": 0.5, "top_p": 0.9, "top_k": -1, "seed": 7, "n": 2,
            "stop": ["a"], "max_tokens": 10, "max_think_tokens": 5, "think_grace": 1, "logprobs": false, "tools": [],
            "reasoning": {"effort": null}, "nvext": {}, "user": "u", "colour": {"a": [1, {}]}}
            """#.utf8
        )
        #expect(throws: Never.self) { try ChatCompletionRequest(body: seedBody) }
        var random = SplitMix(state: seed)
        let spare = Array(#"{}[]":,0123456789.-eE\utrfnl"#.utf8) + [0x00, 0x80, 0xC3, 0xFF]
        var accepted = 0
        for _ in 0..<600 {
            var body = seedBody
            for _ in 0...random.below(3) {
                let place = random.below(body.count)
                switch random.below(4) {
                case 0: body[place] = spare[random.below(spare.count)]
                case 1: body.remove(at: place)
                case 2: body.insert(spare[random.below(spare.count)], at: place)
                default: body.removeSubrange(place..<min(body.count, place + random.below(12)))
                }
            }
            do throws(APIError) {
                let request = try ChatCompletionRequest(body: body)
                accepted += 1
                #expect(!request.messages.isEmpty && (1...16).contains(request.options.choiceCount))
                #expect(request.messages.allSatisfy { $0["role"]?.string != nil && $0["content"] != nil })
                #expect((request.options.sampling.temperature.map { (0...2).contains($0) }) ?? true)
            } catch {
                #expect(error.status == 400 && !error.message.isEmpty)
                #expect(try JSONValue(parsing: error.body)["error"]?.object?.count == 4)
            }
        }
        #expect(accepted > 0 && accepted < 600, "the mutations test only one side")
    }

    @Test("a value of any kind in any place is a request or an error", arguments: ChatBodyFields.names)
    func substitutions(name: String) throws {
        let values = [
            "null", "true", "false", "0", "-1", "1", "1.5", "1e300", "99999999999999999999", #""""#, #""x""#, "[]",
            "[null]", "[[]]", "[{}]", "{}", #"{"type": "x"}"#, #"{"": null}"#,
        ]
        for value in values {
            do throws(APIError) {
                _ = try ChatCompletionRequest(body: ChatBody.bytes("\"\(name)\": \(value)"))
            } catch {
                #expect(error.status == 400 && error.param?.hasPrefix(name) == true, "\(name): \(value)")
            }
        }
    }

    @Test("the header of ignored names can carry nothing else")
    func header() throws {
        #expect(IgnoredFields.headerValue([]) == nil)
        #expect(IgnoredFields.headerValue(["user", "messages[].id"]) == "user, messages[].id")
        let hostile = try ChatBody.read(#""a\r\nset-cookie: x": 1, "b, c": 1, "é": 1, "": 1"#).ignoredFields
        #expect(IgnoredFields.headerValue(hostile) == "a%0D%0Aset-cookie%3A%20x, b%2C%20c, %C3%A9, ")
        let many = IgnoredFields.headerValue((0..<500).map { _ in String(repeating: "\n", count: 5000) })
        #expect(try #require(many).utf8.count < 5000 && many?.hasSuffix(", and-480-more") == true)
    }
}

/// A small generator of reproducible numbers.
struct SplitMix {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
