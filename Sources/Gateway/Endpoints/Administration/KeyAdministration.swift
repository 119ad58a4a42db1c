import Billing
import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// `/v1/admin/keys`: made, listed, shown, changed, rotated and revoked, by the rules of the command `key`.
extension Gateway {
    var keyAdministrationRoutes: [Route] {
        [
            administering(.get, "/v1/admin/keys") { [self] (request) throws(APIError) in
                let account = try query(request, allowing: ["account"])["account"]
                let keys = try await asked { () throws(LedgerError) in try await ledger.keys() }
                return .list(keys.filter { account == nil || $0.account == account }.map(\.answer))
            },
            administering(.post, "/v1/admin/keys") { [self] (request) throws(APIError) in
                try await makeKey(request, try AdministrationBody(request.body, for: .newKey))
            },
            administering(.get, "/v1/admin/keys/{id}") { [self] (request) throws(APIError) in
                let id = request.pathParameter ?? ""
                let keys = try await asked { () throws(LedgerError) in try await ledger.keys() }
                guard let key = keys.first(where: { $0.id == id }) else { throw APIError(LedgerError.unknownKey(id)) }
                return key.answer
            },
            administering(.post, "/v1/admin/keys/{id}") { [self] (request) throws(APIError) in
                let change = try AdministrationBody(request.body, for: .keyChange).keyChange()
                let id = request.pathParameter ?? ""
                let key = try await asked { () throws(LedgerError) in
                    try await ledger.changeKey(id) { terms in change(&terms) }
                }
                return key.answer
            },
            administering(.post, "/v1/admin/keys/{id}/rotate") { [self] (request) throws(APIError) in
                let body = try AdministrationBody(request.body, for: .keyRotation)
                let (id, grace) = (request.pathParameter ?? "", body["grace"]?.integer ?? 0)
                let (key, secret) = try await asked { () throws(LedgerError) in
                    try await ledger.rotateKey(id, grace: .seconds(grace))
                }
                return key.answer(with: secret)
            },
            administering(.post, "/v1/admin/keys/{id}/revoke") { [self] (request) throws(APIError) in
                _ = try AdministrationBody(request.body, for: .keyRevocation)
                let id = request.pathParameter ?? ""
                return try await asked { () throws(LedgerError) in try await ledger.revokeKey(id) }.answer
            },
        ]
    }

    /// With an `Idempotency-Key`, whoever tries again is told of the key that the first attempt made, and gets no second
    /// one; the text of the first is kept nowhere, so that it has to be rotated.
    private func makeKey(_ request: ServerRequest, _ body: AdministrationBody) async throws(APIError) -> JSONValue {
        let account = body["account"]?.string ?? ""
        var terms = KeyTerms(scope: body["scope"]?.string.flatMap(KeyScope.init(rawValue:)) ?? .inference)
        try body.keyChange()(&terms)
        let made = terms
        var id = KeySecret.randomIdentifier("key_")
        if let attempt = try request.idempotencyKey() {
            id = "key_\(KeySecret.digest(of: "\(account)/\(attempt)").prefix(24))"
        }
        let keyID = id
        let (key, secret) = try await asked { () throws(LedgerError) in
            try await ledger.createKey(account: account, terms: made, id: keyID)
        }
        return key.answer(with: secret)
    }
}

extension APIKey {
    fileprivate var answer: JSONValue { json.named("key") }

    /// The only answer that ever has the key itself.
    fileprivate func answer(with secret: KeySecret) -> JSONValue { json.named("key", ["key": .string(secret.text)]) }
}
