import Billing
import ChatTemplate
import Compute
import Engine
import Foundation
import Gateway
import HTTPServer
import Logging
import NemotronH
import Tokenization

/// A server whose ledger can be off, for `Tests/Benchmarks/meter_latency.py`, which starts it:
///
///     MeterLatencyServer MODEL_FOLDER off|postgres://…|FOLDER
///
/// It prints where it listens and the key of an account, and ends with its standard input.
@main
enum MeterLatencyServer {
    private static let maxModelLength = 1024
    private static let sequences = 16

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 3 else { fatalError("MeterLatencyServer MODEL_FOLDER off|postgres://…|FOLDER") }
        let ledger = Ledger(store: try store(words[2]))
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .prepaid))
        _ = try await ledger.grant(PicoUSD(Int64.max / 2), to: "acme")
        let (_, secret) = try await ledger.createKey(account: "acme", terms: KeyTerms())
        var settings = ServerSettings()
        settings.host = "127.0.0.1"
        settings.port = 0
        let gateway = try gateway(words[1], ledger)
        let server = HTTPServer(
            settings: settings,
            router: Router(gateway.routes),
            credentials: nil,
            statistics: ServerStatistics()
        ) { _ in }
        let line = "http://\(try server.start().authority) \(secret.text)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
        while readLine() != nil {}
    }

    private static func store(_ place: String) throws -> any LedgerStore {
        if place == "off" { return ForgetfulStore() }
        if place.hasPrefix("postgres://") { return try PostgreSQLStore(PostgreSQLAddress(place)) }
        try DataFolder(path: place).create()
        return try SQLiteStore(path: DataFolder(path: place).ledgerPath)
    }

    private static func gateway(_ folder: String, _ ledger: Ledger) throws -> Gateway {
        let model = try NemotronHModel(directory: folder, device: CPUDevice(threadCount: 1))
        let tokenizer = try Tokenizer(tokenizerJSON: bytes("\(folder)/tokenizer.json"))
        let template = String(decoding: try bytes("\(folder)/chat_template.jinja"), as: UTF8.self)
        return Gateway(
            model: ServedModel(
                name: "actuary-embedded",
                created: 0,
                maxModelLength: maxModelLength,
                fingerprint: "fp_0",
                tokenizer: tokenizer,
                prompts: PromptBuilder(template: try ChatTemplate(source: template, name: "t"), specialTokens: [:])
            ),
            engine: try engine(model, tokenizer),
            ledger: ledger,
            settings: GatewaySettings(),
            statistics: ServerStatistics(),
            log: Logger(label: "meter-latency")
        )
    }

    private static func engine(_ model: NemotronHModel, _ tokenizer: Tokenizer) throws -> Engine {
        let (blockTokens, blockCount) = (16, sequences * maxModelLength / 16)
        let capacity = RunnerCapacity(
            slotCount: sequences,
            kvBlockCount: blockCount,
            kvBlockTokens: blockTokens,
            maxBatchTokens: 256,
            maxLogitRows: sequences,
            cacheFormat: .float32
        )
        let limits = Engine.Limits(maxSequencesInAll: 8 * sequences, capacityTokens: blockCount * blockTokens)
        return try Engine(limits: limits) {
            let start = ContinuousClock.now
            return EngineCore(
                runner: try NemotronHRunner(model: model, capacity: capacity),
                vocabulary: ModelVocabulary(tokenizer: tokenizer, stopTokens: model.stopTokenIDs),
                settings: SchedulerSettings(
                    maxSequences: sequences,
                    stepTokenBudget: 256,
                    blockTokens: blockTokens,
                    blockCount: blockCount,
                    reserveBlockCount: 0,
                    snapshotCount: 0
                ),
                pacer: PromptPacer(maxDelay: .milliseconds(100)),
                now: { (ContinuousClock.now - start) / .seconds(1) }
            )
        }
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
