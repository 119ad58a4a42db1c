import Foundation
import Testing

@testable import Billing

@Suite struct LedgerSmokeTests {
    @Test("a request is held, captured once, and its replay gives the same receipt")
    func lifeOfACharge() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteStore(path: folder.appendingPathComponent("l.sqlite").path)
        #expect(try store.synchronousMode() == 2)
        let ledger = Ledger(store: store)
        let request = HoldRequest(
            requestID: "r1",
            account: "local",
            model: "actuary-embedded",
            promptTokens: 10,
            thinkingBound: 20,
            completionBound: 50
        )
        guard case .held(let hold) = try await ledger.hold(request) else {
            Issue.record("no hold")
            return
        }
        #expect(hold.terms.amount == PicoUSD(10 * 1000 + 20 * 5000 + 30 * 4000))
        let usage = TokenUsage(prompt: 10, cachedPrompt: 4, thinking: 5, answer: 6, forced: 2)
        let capture = Capture(requestID: "r1", usage: usage, engine: usage, reported: usage)
        let receipt = try await ledger.capture(capture)
        #expect(receipt.amount == PicoUSD(6 * 1000 + 4 * 250 + 5 * 5000 + 6 * 4000))
        #expect(try await ledger.capture(capture) == receipt)
        let account = try #require(try await ledger.account("local"))
        #expect(account.held == .zero)
        #expect(account.captured == receipt.amount)
        #expect(await ledger.close() == 0)
    }
}
