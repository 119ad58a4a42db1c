import Billing
import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// `/v1/admin/accounts`: opened, listed, shown, changed, granted and closed, by the rules of the command `account`.
extension Gateway {
    var accountAdministrationRoutes: [Route] {
        [
            administering(.get, "/v1/admin/accounts") { [self] (request) throws(APIError) in
                _ = try query(request, allowing: [])
                let accounts = try await asked { () throws(LedgerError) in try await ledger.accounts() }
                return .list(accounts.map(\.answer))
            },
            administering(.post, "/v1/admin/accounts") { [self] (request) throws(APIError) in
                try await openAccount(try AdministrationBody(request.body, for: .newAccount))
            },
            administering(.get, "/v1/admin/accounts/{name}") { [self] (request) throws(APIError) in
                let name = request.pathParameter ?? ""
                let found = try await asked { () throws(LedgerError) in try await ledger.account(name) }
                guard let found else { throw APIError(LedgerError.unknownAccount(name)) }
                return found.answer
            },
            administering(.post, "/v1/admin/accounts/{name}") { [self] (request) throws(APIError) in
                try await changeAccount(
                    request.pathParameter ?? "",
                    try AdministrationBody(request.body, for: .accountChange)
                )
            },
            administering(.post, "/v1/admin/accounts/{name}/grants") { [self] (request) throws(APIError) in
                try await grant(request, try AdministrationBody(request.body, for: .grant))
            },
            administering(.post, "/v1/admin/accounts/{name}/close") { [self] (request) throws(APIError) in
                _ = try AdministrationBody(request.body, for: .accountClosing)
                let name = request.pathParameter ?? ""
                return try await asked { () throws(LedgerError) in try await ledger.closeAccount(name) }.answer
            },
        ]
    }

    private func openAccount(_ body: AdministrationBody) async throws(APIError) -> JSONValue {
        let name = body["name"]?.string ?? ""
        let kind = body["kind"]?.string.flatMap(AccountKind.init(rawValue:)) ?? .prepaid
        let terms = AccountTerms(
            kind: kind,
            cap: try body.money("cap"),
            plan: try plan(body),
            limits: try body.limitChange().limits
        )
        return try await asked { () throws(LedgerError) in try await ledger.createAccount(name, terms: terms) }.answer
    }

    private func changeAccount(_ name: String, _ body: AdministrationBody) async throws(APIError) -> JSONValue {
        let (limits, cap, plan) = (try body.limitChange(), try body.money("cap"), try plan(body))
        let changesPlan = body["plan"] != nil
        let account = try await asked { () throws(LedgerError) in
            try await ledger.changeAccount(name) { terms in
                limits.apply(to: &terms.limits)
                if let cap { terms.cap = cap }
                if changesPlan { terms.plan = plan }
            }
        }
        return account.answer
    }

    private func plan(_ body: AdministrationBody) throws(APIError) -> CreditPlan? {
        let mode = body["mode"]?.string.flatMap(CreditPlan.Mode.init(rawValue:))
        do throws(LedgerError) {
            return try settings.plans.choose(body["plan"]?.string, mode: mode)
        } catch {
            throw APIError(error)
        }
    }

    /// The same id, or `Idempotency-Key`, pays in once, however often it is sent.
    private func grant(_ request: ServerRequest, _ body: AdministrationBody) async throws(APIError) -> JSONValue {
        let name = request.pathParameter ?? ""
        var id = try request.idempotencyKey() ?? KeySecret.randomIdentifier("grant_")
        if let named = body["id"]?.string { id = named }
        let grantID = id
        let (usd, credits) = (try body.money("usd"), body["credits"]?.integer)
        guard (usd == nil) != (credits == nil) else {
            throw .invalidRequest("Give either 'usd' or 'credits'.", param: "usd", code: "invalid_value")
        }
        let account = try await asked { () throws(LedgerError) in
            if let usd { return try await ledger.grant(usd, to: name, id: grantID) }
            return try await ledger.grantCredits(credits ?? 0, to: name, id: grantID)
        }
        return account.json.named("account", ["grant": .string(grantID)])
    }
}

extension Account {
    fileprivate var answer: JSONValue { json.named("account") }
}
