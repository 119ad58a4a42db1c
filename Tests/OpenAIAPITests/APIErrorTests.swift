import OpenAIAPI
import OrderedJSON
import Testing

@Suite struct APIErrorTests {
    private static let cases: [(APIError, status: Int, type: String, code: String?, param: String?)] = [
        (.invalidRequest("no", param: "n", code: "c"), 400, "invalid_request_error", "c", "n"),
        (.missingParameter("messages"), 400, "invalid_request_error", "missing_required_parameter", "messages"),
        (
            .contextLengthExceeded(promptTokens: 9, completionTokens: 1, limit: 8), 400, "invalid_request_error",
            "context_length_exceeded", "messages"
        ),
        (
            .exceedsCapacity(neededTokens: 9, availableTokens: 8), 400, "invalid_request_error", "capacity_exceeded",
            "messages"
        ),
        (.modelNotFound("a\"b", served: "house"), 404, "invalid_request_error", "model_not_found", "model"),
        (.routeNotFound(method: "GET", path: "/x"), 404, "invalid_request_error", "unknown_url", nil),
        (
            .methodNotAllowed(method: "PUT", path: "/health", allowed: ["GET", "HEAD"]), 405, "invalid_request_error",
            "method_not_allowed", nil
        ),
        (.overloaded(queueLimit: 3, retryAfterSeconds: 2), 503, "server_error", "server_overloaded", nil),
        (.overloaded(queuedTokensLimit: 3, retryAfterSeconds: 2), 503, "server_error", "server_overloaded", nil),
        (.draining(retryAfterSeconds: 5), 503, "server_error", "server_draining", nil),
        (.interrupted, 503, "server_error", "server_shutting_down", nil),
        (.internalFailure, 500, "server_error", "internal_error", nil),
    ]

    @Test("every error has the four keys, its status and its words", arguments: cases.indices)
    func envelope(index: Int) throws {
        let (error, status, type, code, param) = Self.cases[index]
        let body = try JSONValue(parsing: error.body)
        #expect(body.object?.keys == ["error"])
        let members = try #require(body["error"]?.object)
        #expect(members.keys == ["message", "type", "param", "code"])
        #expect(error.status == status)
        #expect(members["message"] == .string(error.message))
        #expect(members["type"] == .string(type))
        #expect(members["code"] == code.map(JSONValue.string) ?? .null)
        #expect(members["param"] == param.map(JSONValue.string) ?? .null)
    }

    @Test("messages say what to do")
    func advice() {
        let context = APIError.contextLengthExceeded(promptTokens: 900, completionTokens: 200, limit: 1000).message
        for part in ["900", "200", "1000", "max_completion_tokens"] { #expect(context.contains(part)) }
        #expect(APIError.modelNotFound("x", served: "house").message.contains("'house'"))
        #expect(
            APIError.methodNotAllowed(method: "PUT", path: "/a", allowed: ["GET", "HEAD"]).message.contains("GET, HEAD")
        )
    }

    @Test("waiting is advised where it helps, and only there")
    func retry() {
        let busy = APIError.overloaded(queueLimit: 3, retryAfterSeconds: 2).headerFields
        #expect(busy.map(\.name) == ["retry-after", "x-should-retry"] && busy.map(\.value) == ["2", "true"])
        #expect(APIError.internalFailure.headerFields.isEmpty)
        #expect(APIError.invalidRequest("no").headerFields.isEmpty)
    }

    @Test("what a client sent is quoted with bounds")
    func bounded() {
        let monster = String(repeating: "e\u{301}", count: 100_000)
        #expect(APIError.modelNotFound(monster, served: "house").message.utf8.count < 1000)
        let error = APIError.invalidRequest(monster, param: monster)
        #expect(error.message.unicodeScalars.count == 1001 && error.message.hasSuffix("…"))
        #expect(error.param?.unicodeScalars.count == 1001)
        let exact = String(repeating: "x", count: 1000)
        #expect(APIError.invalidRequest(exact).message == exact)
    }
}
