import Billing
import ChatTemplate
import Compute
import Engine
import Foundation
import HTTPTypes
import Logging
import NemotronH
import OrderedJSON
import TestSupport
import Tokenization

@testable import Gateway
@testable import HTTPServer

/// A gateway with the built-in model and a ledger of its own: requests go in and answers come out without a socket.
final class GatewayHouse: Sendable {
    let ledger: Ledger
    private let gateway: Gateway
    private let router: Router
    private let folder = NSTemporaryDirectory() + "gateway-\(UUID().uuidString)"

    init() throws {
        let source = Fixtures.embeddedModel
        let model = try NemotronHModel(directory: source, device: CPUDevice(threadCount: 1))
        let tokenizer = try Tokenizer(tokenizerJSON: Fixtures.bytes(at: "\(source)/tokenizer.json"))
        let template = String(decoding: try Fixtures.bytes(at: "\(source)/chat_template.jinja"), as: UTF8.self)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        ledger = Ledger(store: try SQLiteStore(path: folder + "/ledger.sqlite"))
        gateway = Gateway(
            model: ServedModel(
                name: "m",
                created: 0,
                maxModelLength: 1024,
                fingerprint: "fp_0",
                tokenizer: tokenizer,
                prompts: PromptBuilder(template: try ChatTemplate(source: template, name: "t"), specialTokens: [:])
            ),
            engine: try GatewayHouse.engine(model, tokenizer),
            ledger: ledger,
            settings: GatewaySettings(),
            statistics: ServerStatistics(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        router = Router(gateway.routes)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func engine(_ model: NemotronHModel, _ tokenizer: Tokenizer) throws -> Engine {
        let capacity = RunnerCapacity(
            slotCount: 1,
            kvBlockCount: 64,
            kvBlockTokens: 16,
            maxBatchTokens: 64,
            maxLogitRows: 1,
            cacheFormat: .float32
        )
        return try Engine(limits: Engine.Limits(maxSequencesInAll: 4, capacityTokens: 1024)) {
            EngineCore(
                runner: try NemotronHRunner(model: model, capacity: capacity),
                vocabulary: ModelVocabulary(tokenizer: tokenizer, stopTokens: model.stopTokenIDs),
                settings: SchedulerSettings(
                    maxSequences: 1,
                    stepTokenBudget: 64,
                    blockTokens: 16,
                    blockCount: 64,
                    reserveBlockCount: 0,
                    snapshotCount: 0
                ),
                pacer: PromptPacer(maxDelay: .seconds(1)),
                now: { 0 }
            )
        }
    }

    /// What came back for a request.
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var text: String

        var json: JSONValue { (try? JSONValue(parsing: Array(text.utf8))) ?? .null }
        /// The code of an error.
        var code: String? { json["error"]?["code"]?.string }
    }

    /// Sends a request and waits for its whole answer.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        key: String? = nil,
        idempotencyKey: String? = nil,
        _ body: JSONValue? = nil
    ) async throws -> Answer {
        let target = try RequestTarget(Array(path.utf8)[...], method: method)
        guard case .route(let route, let parameter) = router.match(method, target) else {
            return Answer(status: 404, headers: [:], text: "")
        }
        var headers: HTTPFields = [:]
        headers[.authorization] = key.map { "Bearer \($0)" }
        if let name = HTTPField.Name("idempotency-key") { headers[name] = idempotencyKey }
        let request = ServerRequest(
            method: method,
            path: target.path,
            query: target.query,
            route: route.pattern,
            pathParameter: parameter,
            headerFields: headers,
            body: body?.utf8() ?? []
        )
        return await withCheckedContinuation { continuation in
            let sink = AnswerSink { continuation.resume(returning: $0) }
            route.handler(request, ResponseWriter(sink: sink, address: ExchangeAddress(connection: 0, number: 0)))
        }
    }
}

/// Waits for a response that comes in one piece.
private final class AnswerSink: ResponseSink {
    private let take: @Sendable (GatewayHouse.Answer) -> Void

    init(_ take: @escaping @Sendable (GatewayHouse.Answer) -> Void) { self.take = take }

    func post(_ event: ResponseEvent, to address: ExchangeAddress) {
        switch event {
        case .respond(let status, let headers, let body):
            let text = String(decoding: body, as: UTF8.self)
            take(GatewayHouse.Answer(status: status.code, headers: headers, text: text))
        case .abandon: take(GatewayHouse.Answer(status: 500, headers: [:], text: "abandoned"))
        case .start, .write, .finish, .abort: break
        }
    }
}
