import Billing
import HTTPServer
import HTTPTypes
import Logging
import OpenAIAPI
import OrderedJSON

/// `/v1/admin/…`: accounts and keys over HTTP, for keys of the scope `admin`.
///
/// What is written here counts at the next request, on every server that shares the ledger. A server without keys has no
/// administrators: whoever reaches it could lock its owner out, so its first key is made by the command.
extension Gateway {
    var administrationRoutes: [Route] { accountAdministrationRoutes + keyAdministrationRoutes }

    /// A route for administrators. Answers may hold the text of a key, so that nobody may keep them.
    func administering(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ act: @escaping @Sendable (ServerRequest) async throws(APIError) -> JSONValue
    ) -> Route {
        Route(method, path, headers: [.cacheControl: "no-store"]) { [self] request, writer in
            Task { [self] in
                do throws(APIError) {
                    let administrator = try await access.administrator(of: request)
                    let answer = try await act(request)
                    if method != .get { note(request, by: administrator) }
                    writer.respond(json: answer.utf8())
                } catch {
                    writer.respond(error)
                }
            }
        }
    }

    /// The log says who did it; the journal says what.
    private func note(_ request: ServerRequest, by administrator: Principal) {
        log.notice(
            "administration",
            metadata: [
                "request_id": "\(request.requestID)", "route": "\(request.route)",
                "subject": "\(request.pathParameter ?? "-")", "key": "\(administrator.key ?? "-")",
            ]
        )
    }

    /// What the ledger answers, or what it refuses in the client's words.
    func asked<Answer>(
        _ work: () async throws(LedgerError) -> Answer
    ) async throws(APIError) -> Answer {
        do throws(LedgerError) { return try await work() } catch { throw APIError(error) }
    }

    /// The names of query parameters that an endpoint takes, by their values.
    ///
    /// - Throws: 400 for any other.
    func query(_ request: ServerRequest, allowing names: Set<String>) throws(APIError) -> [String: String] {
        var values: [String: String] = [:]
        for item in request.queryItems {
            guard names.contains(item.name) else { throw .unknownQueryParameter(item.name) }
            values[item.name] = item.value ?? ""
        }
        return values
    }
}

extension ServerRequest {
    /// The client's name for what it wants done once, if it has one.
    ///
    /// - Throws: 400 for one that is empty or too long.
    func idempotencyKey() throws(APIError) -> String? {
        guard let name = HTTPField.Name("idempotency-key"), let key = headerFields[name] else { return nil }
        guard (1...255).contains(key.utf8.count) else { throw .idempotencyKeyInvalid }
        return key
    }
}

extension JSONValue {
    /// A list as OpenAI writes it.
    static func list(_ elements: [JSONValue]) -> JSONValue { ["object": "list", "data": .array(elements)] }

    /// An object with its kind in front.
    func named(_ object: String, _ more: JSONObject = [:]) -> JSONValue {
        var members: JSONObject = ["object": .string(object)]
        for (name, value) in self.object ?? [:] { members[name] = value }
        for (name, value) in more { members[name] = value }
        return .object(members)
    }
}
