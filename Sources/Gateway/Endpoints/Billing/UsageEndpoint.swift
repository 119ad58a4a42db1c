import Billing
import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// `GET /v1/usage`: what an account has used, by day, key or model.
extension Gateway {
    var usageRoutes: [Route] {
        [
            asking(.get, "/v1/usage") { [self] (http, principal) throws(APIError) in
                let query = try UsageQuery(http, principal, now: ledger.now())
                let report: UsageReport
                do throws(LedgerError) {
                    report = try await ledger.usage(
                        account: query.account,
                        by: query.grouping,
                        from: query.start,
                        until: query.end
                    )
                } catch {
                    throw APIError(error)
                }
                let body: JSONValue = ["object": "list", "data": .array(report.rows.map(\.json))]
                return ComputedAnswer(body: body.utf8())
            }
        ]
    }
}

/// What is asked of `/v1/usage`.
private struct UsageQuery {
    var account: String
    var grouping = UsageReport.Grouping.day
    /// The beginning of the month, if the request names none.
    var start: Milliseconds
    /// Now, if the request names none.
    var end: Milliseconds

    /// - Throws: 400 for a parameter that is unknown or cannot be read, 403 for somebody else's account.
    init(_ http: ServerRequest, _ principal: Principal, now: Milliseconds) throws(APIError) {
        account = principal.account
        start = CivilTime.monthStart(now)
        end = now + 1
        for item in http.queryItems {
            let value = item.value ?? ""
            switch item.name {
            case "start": start = try UsageQuery.moment(value, "start")
            case "end": end = try UsageQuery.moment(value, "end")
            case "group_by":
                guard let known = UsageReport.Grouping(rawValue: value) else {
                    throw .invalidRequest(
                        "'group_by' must be day, key or model.",
                        param: "group_by",
                        code: "invalid_value"
                    )
                }
                grouping = known
            case "account":
                guard value == principal.account || principal.isAdministrator else { throw .notAdministrator }
                account = value
            default:
                throw .invalidRequest(
                    "'\(item.name)' is unknown; /v1/usage takes start, end, group_by and account.",
                    param: item.name,
                    code: "unknown_parameter"
                )
            }
        }
        guard start < end else {
            throw .invalidRequest("'start' must be before 'end'.", param: "start", code: "invalid_value")
        }
    }

    /// Unix seconds, a day, or a moment as RFC 3339 has it.
    private static func moment(_ text: String, _ name: String) throws(APIError) -> Milliseconds {
        if let seconds = Int64(text), (0...253_402_300_799).contains(seconds) { return Int(seconds) * 1000 }
        guard let moment = CivilTime.moment(text) else {
            throw .invalidRequest(
                "'\(name)' must be Unix seconds, a day such as 2026-11-01, or 2026-11-01T12:00:00Z.",
                param: name,
                code: "invalid_value"
            )
        }
        return moment
    }
}

extension UsageReport.Row {
    fileprivate var json: JSONValue {
        func number(_ count: Int) -> JSONValue { .integer(Int64(count)) }
        return [
            "start": number(start / 1000),
            "end": number((end + 999) / 1000),
            "key": key.map { .string($0) } ?? .null,
            "model": model.map { .string($0) } ?? .null,
            "requests": number(requests),
            "prompt_tokens": number(usage.prompt),
            "cached_tokens": number(usage.cachedPrompt),
            "completion_tokens": number(usage.completion),
            "reasoning_tokens": number(usage.thinking),
            "answer_tokens": number(usage.answer),
            "forced_tokens": number(usage.forced),
            "cost": cost.json,
        ]
    }
}
