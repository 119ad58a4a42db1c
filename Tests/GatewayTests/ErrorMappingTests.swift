import ChatTemplate
import Engine
import OpenAIAPI
import Testing

@testable import Gateway

@Suite struct ErrorMappingTests {
    @Test("each refusal of the engine has its status")
    func refusals() {
        #expect(APIError(EngineRefusal.queueFull(limit: 9)).status == 503)
        #expect(APIError(EngineRefusal.queueFull(limit: 9)).retryAfterSeconds != nil)
        #expect(APIError(EngineRefusal.draining).status == 503)
        #expect(APIError(EngineRefusal.doesNotFit(neededTokens: 9, availableTokens: 5)).status == 400)
    }

    @Test("each failure of the engine has its status")
    func failures() {
        #expect(APIError(EngineFailure.noFiniteLogits).status == 500)
        #expect(APIError(EngineFailure.device("secret path")).status == 500)
        #expect(!APIError(EngineFailure.device("secret path")).message.contains("secret"))
        #expect(APIError(EngineFailure.shuttingDown).status == 503)
    }

    @Test("what a template cannot render is the request's fault, a template that cannot be read is ours")
    func templates() {
        let messages = TemplateError.invalidMessages(field: "messages[1].content", message: "no")
        #expect(APIError(messages).status == 400)
        #expect(APIError(messages).param == "messages[1].content")
        #expect(APIError(TemplateError.raised(template: "t", line: 1, message: "no")).status == 400)
        #expect(APIError(TemplateError.evaluation(template: "t", line: 1, message: "no")).status == 400)
        #expect(APIError(TemplateError.limit(template: "t", line: 1, message: "no")).status == 400)
        #expect(APIError(TemplateError.syntax(template: "t", line: 1, message: "no")).status == 500)
        #expect(APIError(TemplateError.unsupported(template: "t", line: 1, construct: "x")).status == 500)
    }
}
