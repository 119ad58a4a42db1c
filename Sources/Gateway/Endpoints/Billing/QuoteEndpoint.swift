import Billing
import ChatTemplate
import Engine
import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// `POST /v1/quote`: what a chat completion would cost, without running it.
extension Gateway {
    var quoteRoutes: [Route] {
        [
            asking(.post, "/v1/quote") { [self] (http, principal) throws(APIError) in
                try await quote(http, principal)
            }
        ]
    }

    private func quote(_ http: ServerRequest, _ principal: Principal) async throws(APIError) -> ComputedAnswer {
        let (draft, ignored) = try await onWorkers { [self] () throws(APIError) -> (GenerationOrder, [String]) in
            let request = try ChatCompletionRequest(body: http.body, maxChoices: settings.maxChoices)
            let context = try context(of: http, principal, model: request.model)
            return (try order("chatcmpl-", for: request, context), request.ignoredFields)
        }
        let cachedTokens = await self.cachedTokens(of: draft)
        let quote: Quote
        do throws(LedgerError) {
            quote = try await ledger.quote(
                draft.holdRequest(id: draft.id, model: model.name),
                cachedTokens: cachedTokens
            )
        } catch {
            throw APIError(error)
        }
        return ComputedAnswer(
            body: quote.json(cachedTokens: cachedTokens).utf8(),
            headers: .reporting(ignored: ignored, draft.bound)
        )
    }

    /// The prompt tokens of an order that would not be computed now.
    private func cachedTokens(of order: GenerationOrder) async -> Int {
        var sum = 0
        for prompt in order.prompts {
            var request = GenerationRequest(
                prompt: prompt.tokens,
                startsThinking: prompt.rendered.startsInsideThinking,
                limits: prompt.limits,
                sampling: SamplingParameters(),
                share: ShareKey(account: order.principal.account)
            )
            request.cachePartition = order.options.cachePartition
            sum += await withCheckedContinuation { continuation in
                engine.cachedTokens(of: request) { continuation.resume(returning: $0) }
            }
        }
        return sum
    }
}

extension Quote {
    /// The quote for clients.
    fileprivate func json(cachedTokens: Int) -> JSONValue {
        let expectation = expected.map { expected -> JSONValue in
            ["median": expected.median.json, "p90": expected.p90.json, "requests": .integer(Int64(expected.requests))]
        }
        return [
            "prompt_tokens": .integer(Int64(terms.promptTokens)),
            "cached_tokens": .integer(Int64(cachedTokens)),
            "worst_case": worstCase.json,
            "expected": expectation ?? .null,
        ]
    }
}

extension Quote.Estimate {
    fileprivate var json: JSONValue {
        [
            "thinking_tokens": .integer(Int64(thinkingTokens)),
            "answer_tokens": .integer(Int64(answerTokens)),
            "cost": cost.json,
        ]
    }
}
