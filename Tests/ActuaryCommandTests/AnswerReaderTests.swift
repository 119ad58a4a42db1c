import OrderedJSON
import Testing

@testable import actuary

@Suite struct AnswerReaderTests {
    private static let usage = """
        {"prompt_tokens":24,"completion_tokens":69,"total_tokens":93,"completion_tokens_details":{"reasoning_tokens":57},\
        "thinking":{"enabled":true,"budget":64,"budget_source":"max_think_tokens","used":57,"forced_tokens":3,\
        "answer_tokens":9,"ended_by":"budget"},"cost":0.0000123}
        """

    static let stream = """
        data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        data: {"choices":[{"index":0,"delta":{"reasoning_content":"2 + 2","reasoning":"2 + 2"},"finish_reason":null}]}

        : still there

        data: {"choices":[{"index":0,"delta":{"content":"It is 4\u{20AC}."},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":\(usage)}

        data: [DONE]


        """

    private func read(_ events: [ClientEvent]) -> [AnswerEvent] {
        var reader = AnswerReader(address: .standard)
        return events.flatMap { reader.consume($0) }
    }

    @Test("a stream is read the same however it is cut", arguments: [1, 2, 3, 7, 64, 100_000])
    func wholeStream(size: Int) throws {
        let bytes = Array(Self.stream.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map {
            ClientEvent.bytes(Array(bytes[$0..<min($0 + size, bytes.count)]))
        }
        let usage = try #require(AnswerUsage(try JSONValue(parsing: Self.usage)))
        #expect(
            read([.head(status: 200)] + pieces + [.end]) == [
                .thought("2 + 2"), .answer("It is 4\u{20AC}."), .finished("stop"), .usage(usage), .ended,
            ]
        )
        #expect(usage.thinkingTokens == 57 && usage.answerTokens == 9 && usage.cost == 0.0000123)
        #expect(usage.thinking?.budget == 64 && usage.thinking?.endedBy == "budget")
    }

    @Test("servers that report no thinking still have counts")
    func plainUsage() throws {
        let text = #"{"prompt_tokens":1,"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":4}}"#
        let usage = try #require(AnswerUsage(try JSONValue(parsing: text)))
        #expect(usage.thinking == nil && usage.thinkingTokens == 4 && usage.answerTokens == 5)
        #expect(AnswerUsage(.null) == nil)
        #expect(AnswerUsage(["prompt_tokens": 1]) == nil)
    }

    @Test("an answer with another status is an error with the server's own words")
    func refusal() {
        let body = Array(#"{"error":{"message":"no such model","type":"x","param":null,"code":null}}"#.utf8)
        #expect(
            read([.head(status: 404), .bytes(Array(body[..<9])), .bytes(Array(body[9...])), .end])
                == [.failed(.refused(status: 404, message: "no such model"))]
        )
        #expect(
            read([.head(status: 502), .bytes(Array("<h1>\nBad\r\n</h1>".utf8)), .end])
                == [.failed(.refused(status: 502, message: "<h1> Bad </h1>"))]
        )
        #expect(read([.head(status: 500), .end]) == [.failed(.refused(status: 500, message: "no reason given"))])
    }

    @Test("an error event, a broken stream and nonsense end the answer")
    func broken() {
        let error = Array("data: {\"error\":{\"message\":\"shutting down\"}}\n\ndata: [DONE]\n\n".utf8)
        #expect(
            read([.head(status: 200), .bytes(error), .end])
                == [.failed(.brokenOff(.standard, reason: "shutting down"))]
        )
        #expect(
            read([.head(status: 200), .end]) == [.failed(.brokenOff(.standard, reason: "the stream has no end"))]
        )
        #expect(read([.failed(.timedOut(.standard)), .end]) == [.failed(.timedOut(.standard))])
        let nonsense = read([.head(status: 200), .bytes(Array("data: {\n\ndata: [DONE]\n\n".utf8)), .end])
        #expect(nonsense.count == 1)
        guard case .failed(.unexpected(.standard, _))? = nonsense.first else {
            Issue.record("\(nonsense)")
            return
        }
    }
}
