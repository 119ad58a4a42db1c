import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Router")
struct RouterTests {
    private static let router = Router([
        Route(.get, "/v1/models") { _, _ in },
        Route(.get, "/v1/models/{id}") { _, _ in },
        Route(.delete, "/v1/models/{id}") { _, _ in },
        Route(.get, "/v1/models/special/{rest}") { _, _ in },
        Route(.post, "/v1/models/{id}/stop") { _, _ in },
        Route(.post, "/v1/chat/completions") { _, _ in },
    ])

    /// What matches, in words.
    private func match(_ method: HTTPRequest.Method, _ target: String) throws -> String {
        let target = try RequestTarget(Array(target.utf8)[...], method: method)
        return switch Self.router.match(method, target) {
        case .route(let route, let parameter): "\(route.method.rawValue) \(route.pattern) \(parameter ?? "-")"
        case .options(let allow): "options " + allow.joined(separator: ",")
        case .methodNotAllowed(let allow): "not allowed " + allow.joined(separator: ",")
        case .notFound: "not found"
        case .notImplemented: "not implemented"
        }
    }

    @Test("literal paths go first, parameters take the rest with slashes, decoded once")
    func paths() throws {
        #expect(try match(.get, "/v1/models") == "GET /v1/models -")
        #expect(try match(.get, "/v1/mod%65ls?x") == "GET /v1/models -")
        #expect(try match(.get, "/v1/models/a") == "GET /v1/models/{id} a")
        #expect(try match(.get, "/v1/models/nvidia/Nano:think=5") == "GET /v1/models/{id} nvidia/Nano:think=5")
        #expect(try match(.get, "/v1/models/nvidia%2fNano%20x") == "GET /v1/models/{id} nvidia/Nano x")
        #expect(try match(.get, "/v1/models/a%252F%25") == "GET /v1/models/{id} a%2F%")
        #expect(try match(.get, "/v1/models/%C3%A4") == "GET /v1/models/{id} ä")
        #expect(try match(.get, "/v1/models/%CC%81x") == "GET /v1/models/{id} \u{301}x")
        #expect(try match(.get, "/v1/models/special/x") == "GET /v1/models/special/{rest} x")
        #expect(try match(.delete, "/v1/models/a") == "DELETE /v1/models/{id} a")
        #expect(try match(.post, "/v1/models/a/b/stop") == "POST /v1/models/{id}/stop a/b")
        #expect(try match(.get, "/v1/models/a/stop") == "not allowed OPTIONS,POST")
        #expect(try match(.get, "/v1/models//stop") == "GET /v1/models/{id} /stop")
        #expect(try match(.get, "http://host/v1/models") == "GET /v1/models -")
    }

    @Test(
        "near misses are not found",
        arguments: [
            "/", "/v1/models/", "//v1/models", "/v1//models", "/v1/models%2Fa", "/V1/models", "/v1/chat/completions/",
            "/v1/./models", "/v1/x/../models",
        ]
    )
    func misses(_ target: String) throws {
        #expect(try match(.get, target) == "not found")
    }

    @Test("methods: HEAD follows GET, OPTIONS answers everywhere, others are 405 or 501")
    func methods() throws {
        #expect(try match(.head, "/v1/models") == "GET /v1/models -")
        #expect(try match(.options, "/v1/models") == "options GET,HEAD,OPTIONS")
        #expect(try match(.options, "/v1/models/x") == "options DELETE,GET,HEAD,OPTIONS")
        #expect(try match(.options, "*") == "options DELETE,GET,HEAD,OPTIONS,POST")
        #expect(try match(.options, "/nowhere") == "not found")
        #expect(try match(.head, "/v1/chat/completions") == "not allowed OPTIONS,POST")
        #expect(try match(.trace, "/v1/models") == "not allowed GET,HEAD,OPTIONS")
        #expect(try match(#require(HTTPRequest.Method("QUERY")), "/v1/models") == "not allowed GET,HEAD,OPTIONS")
        #expect(try match(.connect, "a:443") == "not implemented")
        #expect(try match(#require(HTTPRequest.Method("BREW")), "/v1/models") == "not implemented")
        #expect(try match(#require(HTTPRequest.Method("get")), "/v1/models") == "not implemented")
    }

    @Test("patterns that cannot work are refused at start")
    func badPatterns() async {
        await #expect(processExitsWith: .failure) { _ = Route(.get, "v1") { _, _ in } }
        await #expect(processExitsWith: .failure) { _ = Route(.get, "/v1/x{id}") { _, _ in } }
        await #expect(processExitsWith: .failure) { _ = Route(.get, "/v1/{id}x") { _, _ in } }
        await #expect(processExitsWith: .failure) { _ = Route(.get, "/v1/{id}/{part}") { _, _ in } }
        await #expect(processExitsWith: .failure) {
            _ = Router([Route(.get, "/a") { _, _ in }, Route(.get, "/a") { _, _ in }])
        }
    }
}
