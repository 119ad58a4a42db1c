import Billing
import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// `GET /v1/credits`: the thinking credits of whoever asks.
extension Gateway {
    var creditsRoutes: [Route] {
        [
            asking(.get, "/v1/credits") { [self] (_, principal) throws(APIError) in
                let account: Account?
                do throws(LedgerError) { account = try await ledger.account(principal.account) } catch {
                    throw APIError(error)
                }
                var body: JSONObject = ["object": "credits", "account": .string(principal.account)]
                let report = account?.credits?.report
                // Without a plan and without grants thinking takes no credits.
                for (name, value) in report?.json.object ?? ["plan": nil, "available": nil] { body[name] = value }
                return ComputedAnswer(
                    body: JSONValue.object(body).utf8(),
                    headers: HTTPFields(report?.headerFields ?? [])
                )
            }
        ]
    }
}
