import Billing
import HTTPTypes
import OrderedJSON
import Testing

@Suite struct AdministrationTests {
    /// A gateway whose first keys were made by the command, as they always are.
    private struct Office {
        let house: GatewayHouse
        let admin: String
        let clerk: String

        init() async throws {
            house = try GatewayHouse()
            _ = try await house.ledger.createAccount("operators", terms: AccountTerms(kind: .postpaid))
            let key = { [house] (scope: KeyScope) in
                try await house.ledger.createKey(account: "operators", terms: KeyTerms(scope: scope)).secret.text
            }
            (admin, clerk) = (try await key(.admin), try await key(.inference))
        }

        func send(
            _ method: HTTPRequest.Method,
            _ path: String,
            idempotencyKey: String? = nil,
            _ body: JSONValue? = nil
        ) async throws -> GatewayHouse.Answer {
            try await house.send(method, "/v1/admin" + path, key: admin, idempotencyKey: idempotencyKey, body)
        }
    }

    private static let routes: [(HTTPRequest.Method, String)] = [
        (.get, "/accounts"), (.post, "/accounts"), (.get, "/accounts/operators"), (.post, "/accounts/operators"),
        (.post, "/accounts/operators/grants"), (.post, "/accounts/operators/close"), (.get, "/keys"), (.post, "/keys"),
        (.get, "/keys/key_1"), (.post, "/keys/key_1"), (.post, "/keys/key_1/rotate"), (.post, "/keys/key_1/revoke"),
    ]

    @Test("nobody but an administrator gets in, on a server without keys nobody at all")
    func scopes() async throws {
        let office = try await Office()
        let open = try GatewayHouse()
        for (method, path) in Self.routes {
            let path = "/v1/admin" + path
            #expect(try await office.house.send(method, path).code == "missing_api_key")
            #expect(try await office.house.send(method, path, key: "sk-act-x").code == "invalid_api_key")
            let clerk = try await office.house.send(method, path, key: office.clerk)
            #expect(clerk.status == 403 && clerk.code == "insufficient_permissions", "\(method) \(path)")
            #expect(try await open.send(method, path).status == 403)
        }
        #expect(try await office.house.ledger.accounts().map(\.name) == ["operators"])
    }

    @Test("an account is opened, shown, changed and closed as by the command")
    func accounts() async throws {
        let office = try await Office()
        let limits: JSONValue = ["requests_per_minute": 5, "usd_per_day": "0.000000000001"]
        let body: JSONValue = ["name": "acme", "kind": "capped", "cap": 2.5, "plan": "nano", "limits": limits]
        let made = try await office.send(.post, "/accounts", body)
        #expect(made.status == 200 && made.json["object"] == "account", "\(made.text)")
        let account = try #require(try await office.house.ledger.account("acme"))
        #expect(account.terms.cap == PicoUSD(2_500_000_000_000) && account.terms.plan?.name == "nano")
        #expect(account.terms.limits == UsageLimits(requestsPerMinute: 5, perDay: PicoUSD(1)))
        let shown = try await office.send(.get, "/accounts/acme").json
        // Credits accrue meanwhile.
        for member in ["name", "kind", "cap", "plan", "limits"] { #expect(shown[member] == made.json[member]) }
        #expect(try await office.send(.post, "/accounts", body).code == "account_exists")

        let change: JSONValue = ["plan": nil, "limits": ["requests_per_minute": nil, "parallel_requests": 3]]
        #expect(try await office.send(.post, "/accounts/acme", change).status == 200)
        let changed = try #require(try await office.house.ledger.account("acme")).terms
        #expect(changed.limits == UsageLimits(parallelRequests: 3, perDay: PicoUSD(1)) && changed.plan == nil)
        #expect(changed.cap == PicoUSD(2_500_000_000_000))

        #expect(try await office.send(.post, "/accounts/acme/close").json["closed"]?.string != nil)
        #expect(try await office.send(.post, "/accounts/acme/close").code == "account_closed")
        #expect(try await office.send(.get, "/accounts/nobody").code == "not_found")
        let names = try await office.send(.get, "/accounts").json["data"]?.array?.map { $0["name"] }
        #expect(names == ["acme", "operators"])
    }

    @Test("a grant is paid in once for each id, whatever it is sent as")
    func grants() async throws {
        let office = try await Office()
        _ = try await office.send(.post, "/accounts", ["name": "acme"])
        for _ in 0..<3 {
            let paid = try await office.send(.post, "/accounts/acme/grants", idempotencyKey: "p1", ["usd": "1.5"])
            #expect(paid.status == 200 && paid.json["grant"] == "p1", "\(paid.text)")
        }
        _ = try await office.send(.post, "/accounts/acme/grants", ["usd": "1.5", "id": "p1"])
        let other = try await office.send(.post, "/accounts/acme/grants", idempotencyKey: "p1", ["usd": 2])
        #expect(other.status == 422 && other.code == "idempotency_key_reused")
        _ = try await office.send(.post, "/accounts/acme/grants", ["usd": 0.000000000001])
        _ = try await office.send(.post, "/accounts/acme/grants", ["credits": 7])
        let account = try #require(try await office.house.ledger.account("acme"))
        #expect(account.granted == PicoUSD(1_500_000_000_001) && account.credits?.report.granted == 7)
    }

    @Test("a key is shown once, works at once, and ends at once")
    func keys() async throws {
        let office = try await Office()
        _ = try await office.send(.post, "/accounts", ["name": "acme"])
        let terms: JSONValue = ["account": "acme", "label": "ci", "expires": "2099-01-31", "max_think_tokens": 9]
        let made = try await office.send(.post, "/keys", idempotencyKey: "k1", terms)
        let (id, secret) = (try #require(made.json["id"]?.string), try #require(made.json["key"]?.string))
        #expect(secret.hasPrefix("sk-act-"))
        #expect(try await office.send(.post, "/keys", idempotencyKey: "k1", terms).code == "key_exists")
        let shown = try await office.send(.get, "/keys/\(id)")
        #expect(shown.json["expires"] == "2099-01-31T00:00:00.000Z" && shown.json["max_think_tokens"] == 9)
        let listed = try await office.send(.get, "/keys?account=acme")
        #expect(listed.json["data"]?.array?.count == 1)
        for text in [shown.text, listed.text] { #expect(!text.contains("sk-act-") && !text.contains("digest")) }

        #expect(try await office.house.send(.get, "/v1/credits", key: secret).status == 200)
        let rotated = try await office.send(.post, "/keys/\(id)/rotate", ["grace": 60])
        let next = try #require(rotated.json["key"]?.string)
        for key in [secret, next] { #expect(try await office.house.send(.get, "/v1/credits", key: key).status == 200) }
        #expect(try await office.send(.post, "/keys/\(id)", ["expires": "2020-01-01"]).status == 200)
        #expect(try await office.house.send(.get, "/v1/credits", key: next).status == 401)
        #expect(try await office.send(.post, "/keys/\(id)", ["expires": nil, "label": nil]).json["label"] == .null)
        #expect(try await office.house.send(.get, "/v1/credits", key: next).status == 200)
        for _ in 0..<2 { #expect(try await office.send(.post, "/keys/\(id)/revoke").json["revoked"]?.string != nil) }
        #expect(try await office.house.send(.get, "/v1/credits", key: next).status == 401)
        #expect(try await office.send(.post, "/keys/\(id)/rotate").code == "key_revoked")
    }

    @Test(
        "what the commands refuse is 400 and names the field",
        arguments: [
            ("/accounts", ["name": "a b"], "name"),
            ("/accounts", ["name": "a", "kind": "rich"], "kind"),
            ("/accounts", ["name": "a", "cap": 1], "cap"),
            ("/accounts", ["name": "a", "plan": "huge"], "plan"),
            ("/accounts", ["name": "a", "mode": "unlimited"], "mode"),
            ("/accounts", ["name": "a", "limits": ["usd_per_day": -1]], "limits.usd_per_day"),
            ("/accounts", ["name": "a", "limits": ["requests_per_minute": 1.5]], "limits.requests_per_minute"),
            ("/accounts", ["name": "a", "colour": "red"], "colour"),
            ("/accounts", [:], "name"),
            ("/accounts/operators/grants", ["usd": "1e3"], "usd"),
            ("/accounts/operators/grants", ["usd": "0"], "usd"),
            ("/accounts/operators/grants", ["usd": 1.0000000000001], "usd"),
            ("/accounts/operators/grants", ["usd": 1, "credits": 1], "usd"),
            ("/accounts/operators/grants", [:], "usd"),
            ("/keys", ["account": "operators", "expires": "tomorrow"], "expires"),
            ("/keys", ["account": "operators", "scope": "root"], "scope"),
        ] as [(String, JSONValue, String)]
    )
    func faults(path: String, body: JSONValue, field: String) async throws {
        let answer = try await Office().send(.post, path, body)
        #expect(answer.status == 400 && answer.json["error"]?["param"]?.string == field, "\(answer.text)")
    }
}
