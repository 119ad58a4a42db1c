import Foundation
import Testing

@testable import Billing

/// Kinds of stores that must behave alike.
enum StoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case sqlite
    case postgresql

    /// Those that can be had here.
    static var available: [StoreKind] { allCases.filter { $0 != .postgresql || TestDatabase.url != nil } }

    var testDescription: String { rawValue }

    /// Opens the ledger of the folder.
    func make(_ folder: TemporaryFolder) throws -> any LedgerStore {
        switch self {
        case .memory: MemoryStore()
        case .sqlite: try SQLiteStore(path: folder.path + "/ledger.sqlite")
        case .postgresql: try TestDatabase.store(TestDatabase.url(named: folder.name))
        }
    }
}

/// A folder that is gone after the test.
final class TemporaryFolder: Sendable {
    let name = "billing-\(UUID().uuidString)"
    var path: String { FileManager.default.temporaryDirectory.appendingPathComponent(name).path }

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension UnitPrices {
    /// Prices whose digits tell which kind of token was counted.
    static let test = UnitPrices(
        version: "test-1",
        prompt: PicoUSD(1000),
        cachedPrompt: PicoUSD(100),
        thinking: PicoUSD(5000),
        answer: PicoUSD(3000),
        surplusThinking: PicoUSD(7000)
    )
}

extension PriceBook {
    static let test = PriceBook(version: "test-1", models: ["m": .test])
}

extension HoldRequest {
    /// A request of the model with the test prices.
    static func test(
        _ id: String,
        account: String = "acme",
        key: String? = nil,
        model: String = "m",
        prompt: Int = 10,
        choices: Int = 1,
        thinking: Int = 20,
        completion: Int = 50,
        idempotency: IdempotencyClaim? = nil
    ) -> HoldRequest {
        HoldRequest(
            requestID: id,
            account: account,
            key: key,
            model: model,
            promptTokens: prompt,
            choices: choices,
            thinkingBound: thinking,
            completionBound: completion,
            idempotency: idempotency
        )
    }
}

extension Capture {
    /// A capture in which gateway, engine and client agree.
    static func agreed(
        _ id: String,
        _ usage: TokenUsage,
        isAborted: Bool = false,
        response: StoredResponse? = nil,
        totals: EngineTotals? = nil
    ) -> Capture {
        Capture(
            requestID: id,
            usage: usage,
            engine: usage,
            reported: usage,
            isAborted: isAborted,
            response: response,
            totals: totals
        )
    }
}

extension HoldOutcome {
    /// The hold, if there is one.
    var hold: Hold? { if case .held(let hold) = self { hold } else { nil } }

    /// Why there is none.
    var refusal: Refusal? { if case .refused(let refusal, _) = self { refusal } else { nil } }
}
