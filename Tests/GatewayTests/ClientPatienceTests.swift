import HTTPTypes
import OpenAIAPI
import Testing

@testable import Gateway

@Suite struct ClientPatienceTests {
    private func headers(_ fields: [String: String]) throws -> HTTPFields {
        var headers: HTTPFields = [:]
        for (name, value) in fields { headers[try #require(HTTPField.Name(name))] = value }
        return headers
    }

    @Test("a body has to be there by the shorter of both times")
    func body() throws {
        let both = try headers(["x-request-timeout": "30", "x-stainless-read-timeout": "2.5"])
        #expect(try ClientPatience(both, isStreaming: false).total == .seconds(2.5))
        #expect(try ClientPatience([:], isStreaming: false).total == nil)
    }

    @Test("a stream may take its time as long as it is not silent")
    func stream() throws {
        let patience = try ClientPatience(try headers(["x-stainless-read-timeout": "4"]), isStreaming: true)
        #expect(patience.total == nil)
        #expect(patience.commentInterval(atMost: .seconds(15)) == .seconds(2))
        #expect(patience.commentInterval(atMost: .seconds(1)) == .seconds(1))
        let both = try headers(["x-request-timeout": "30", "x-stainless-read-timeout": "600"])
        #expect(try ClientPatience(both, isStreaming: true).total == .seconds(30))
    }

    @Test(
        "a time that is none is 400 where it was meant, and ignored where a library sent it",
        arguments: ["0", "-1", "nan", "soon", ""]
    )
    func invalid(text: String) throws {
        #expect(throws: APIError.self) {
            try ClientPatience(headers(["x-request-timeout": text]), isStreaming: false)
        }
        #expect(try ClientPatience(headers(["x-stainless-read-timeout": text]), isStreaming: false).total == nil)
    }
}
