import Billing
import ChatTemplate
import Compute
import Engine
import Foundation
import Gateway
import HTTPServer
import HTTPTypes
import Logging
import NemotronH
import OpenAIAPI
import TestSupport
import Testing
import Tokenization

/// What `/openapi.json` lists is what the router serves.
@Suite struct OpenAPIRouteTests {
    @Test("every route is in the document, and every endpoint of the document has a route")
    func routes() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("openapi-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let gateway = try Self.gateway(ledger: Ledger(store: SQLiteStore(path: folder + "/ledger.sqlite")))
        let served = gateway.routes.map { "\($0.method.rawValue) \($0.pattern)" }
        // The web page is for people.
        #expect(served.filter { $0 != "GET /" }.sorted() == OpenAPIDocument.endpoints.sorted())
    }

    /// The endpoints of a golden checkpoint.
    private static func gateway(ledger: Ledger) throws -> Gateway {
        let folder = Fixtures.path("models/hybrid-two-groups")
        let tokenizer = try Tokenizer(tokenizerJSON: Fixtures.bytes(at: "\(folder)/tokenizer.json"))
        let model = try NemotronHModel(directory: folder, device: CPUDevice(threadCount: 1))
        let engine = try Engine(limits: Engine.Limits(maxSequencesInAll: 1, capacityTokens: 64)) {
            EngineCore(
                runner: try NemotronHRunner(
                    model: model,
                    capacity: RunnerCapacity(
                        slotCount: 1,
                        kvBlockCount: 4,
                        kvBlockTokens: 16,
                        maxBatchTokens: 16,
                        maxLogitRows: 1,
                        cacheFormat: .float32
                    )
                ),
                vocabulary: ModelVocabulary(tokenizer: tokenizer, stopTokens: []),
                settings: SchedulerSettings(maxSequences: 1, stepTokenBudget: 16, blockTokens: 16, blockCount: 4),
                pacer: PromptPacer(maxDelay: nil),
                now: { 0 }
            )
        }
        return Gateway(
            model: ServedModel(
                name: "m",
                created: 0,
                maxModelLength: 64,
                fingerprint: "fp_0",
                tokenizer: tokenizer,
                prompts: PromptBuilder(template: try ChatTemplate(source: "", name: "m"), specialTokens: [:])
            ),
            engine: engine,
            ledger: ledger,
            settings: GatewaySettings(),
            statistics: ServerStatistics(),
            log: Logger(label: "test")
        )
    }
}
