import Testing

@testable import Billing

@Suite struct MoneyTests {
    @Test(
        "dollars are written and read without losing a picodollar",
        arguments: [
            (123_456, "0.000000123456"), (0, "0"), (1, "0.000000000001"), (-1, "-0.000000000001"),
            (1_000_000_000_000, "1"), (12_500_000_000_000, "12.5"), (Int64.max, "9223372.036854775807"),
            (Int64.min, "-9223372.036854775808"),
        ]
    )
    func text(amount: Int64, usd: String) {
        #expect(PicoUSD(amount).usd == usd)
        #expect(PicoUSD(usd: usd) == PicoUSD(amount))
    }

    @Test("ten thousand amounts read back as they were")
    func roundTrip() {
        var random = SplitMix(seed: 3)
        for _ in 0..<10_000 {
            let amount = PicoUSD(
                Int64(bitPattern: random.next() << UInt64(random.below(40))) >> Int64(random.below(50))
            )
            #expect(PicoUSD(usd: amount.usd) == amount)
        }
    }

    @Test(
        "what is no amount of dollars is refused",
        arguments: [
            "", "-", ".", "1.", ".5", "1e3", "1,5", "0.0000000000001", "9223372.036854775808", "1.2.3", " 1", "٣",
        ]
    )
    func noAmount(text: String) {
        #expect(PicoUSD(usd: text) == nil)
    }

    @Test(
        "invoices round half away from zero",
        arguments: [
            (4_999_999_999, "0.00"), (5_000_000_000, "0.01"), (-5_000_000_000, "-0.01"), (1_005_000_000_000, "1.01"),
        ]
    )
    func rounding(amount: Int64, text: String) {
        #expect(PicoUSD(amount).roundedUSD == text)
    }

    @Test("arithmetic that leaves the range throws")
    func overflow() {
        let most = PicoUSD(Int64.max)
        #expect(throws: MoneyOverflow()) { try most.adding(PicoUSD(1)) }
        #expect(throws: MoneyOverflow()) { try PicoUSD(Int64.min).subtracting(PicoUSD(1)) }
        #expect(throws: MoneyOverflow()) { try PicoUSD(1 << 40).times(1 << 30) }
    }

    @Test("a hold beyond all money is an error, not a crash")
    func holdOverflow() async throws {
        let ledger = Ledger(store: MemoryStore(), prices: .test)
        let most = Int(Int32.max)
        await #expect(throws: LedgerError.moneyOverflow) {
            try await ledger.hold(.test("r", account: "local", choices: most, thinking: most, completion: most))
        }
    }

    @Test("a repeated request is billed what exceeds the first")
    func excess() {
        let first = TokenUsage(prompt: 100, thinking: 50, answer: 3)
        let second = TokenUsage(prompt: 100, cachedPrompt: 96, thinking: 50, answer: 40, forced: 4)
        #expect(second.excess(over: first) == TokenUsage(answer: 37, forced: 4))
        #expect(first.excess(over: second) == .zero)
        #expect(second.excess(over: .zero) == second)
    }

    @Test("calendar: months and days of UTC, leap years among them")
    func calendar() throws {
        for (text, month) in [("2024-02-29", "2024-02"), ("1999-12-31", "1999-12"), ("2100-03-01", "2100-03")] {
            let time = try #require(CivilTime.moment(text))
            #expect(CivilTime.dateText(time) == text)
            #expect(CivilTime.monthText(time + CivilTime.day - 1) == month)
            #expect(CivilTime.monthText(CivilTime.nextMonthStart(time) - 1) == month)
        }
        for text in ["2100-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "2026-03-01T24:00:00Z", "x"] {
            #expect(CivilTime.moment(text) == nil)
        }
        #expect(CivilTime.text(1_234_567_890_123) == "2009-02-13T23:31:30.123Z")
        #expect(CivilTime.moment("2009-02-13T23:31:30Z") == 1_234_567_890_000)
    }
}
