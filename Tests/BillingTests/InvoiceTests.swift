import Foundation
import Testing

@testable import Billing

/// Golden invoices and exports, to the last digit.
@Suite struct InvoiceTests {
    private func ledger() async throws -> (Ledger, TestClock) {
        let clock = TestClock("2026-03-31T23:59:00Z")
        let ledger = Ledger(store: MemoryStore(), instance: "run_a", prices: .builtIn, reading: { clock.now })
        let plan = CreditPlan(name: "u", earnRate: 10, mode: .unlimited)
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .postpaid, plan: plan))
        let usage = TokenUsage(prompt: 1234, cachedPrompt: 1024, thinking: 777, answer: 333, forced: 3)
        for (index, model) in ["nemotron-nano-9b-v2", "actuary-embedded", "nemotron-nano-9b-v2"].enumerated() {
            let bounds = HoldRequest.test("r\(index)", model: model, prompt: 1234, thinking: 1000, completion: 2000)
            _ = try #require(try await ledger.hold(bounds).hold)
            _ = try await ledger.capture(.agreed("r\(index)", usage))
        }
        // Begun in March, ended in April.
        _ = try await ledger.hold(.test("late", model: "actuary-embedded", thinking: 0))
        _ = try await ledger.hold(.test("open", model: "actuary-embedded", thinking: 0))
        clock.advance(2 * CivilTime.minute)
        _ = try await ledger.capture(.agreed("late", TokenUsage(prompt: 10, answer: 1)))
        return (ledger, clock)
    }

    @Test("as text")
    func text() async throws {
        let invoice = try await ledger().0.invoice("acme", month: try #require(CivilTime.month("2026-03")))
        #expect(
            InvoiceFormat.text.document(invoice) == """
                Invoice for acme, 2026-03 (UTC)

                model                prices            item              tokens  usd_per_token            usd
                actuary-embedded     2026-11-25        prompt               220    0.000000001     0.00000022
                actuary-embedded     2026-11-25        cached_prompt       1024  0.00000000025    0.000000256
                actuary-embedded     2026-11-25        thinking             777    0.000000005    0.000003885
                actuary-embedded     2026-11-25        answer               334    0.000000004    0.000001336
                actuary-embedded     2026-11-25        surplus_thinking     777  0.00000000125  0.00000097125
                nemotron-nano-9b-v2  2026-11-25        prompt               420     0.00000004      0.0000168
                nemotron-nano-9b-v2  2026-11-25        cached_prompt       2048     0.00000001     0.00002048
                nemotron-nano-9b-v2  2026-11-25        thinking            1554      0.0000002      0.0003108
                nemotron-nano-9b-v2  2026-11-25        answer               666     0.00000016     0.00010656
                nemotron-nano-9b-v2  2026-11-25        surplus_thinking    1314     0.00000005      0.0000657
                all                  surplus (period)  surplus_thinking     240     0.00000005       0.000012

                requests      4
                still running 1, not counted
                total         0.00053900825 USD
                to pay        0.00 USD

                """
        )
        #expect(invoice.lines.reduce(Int64(0)) { $0 + $1.amount.picodollars } == invoice.total.picodollars)
    }

    @Test("as JSON and CSV")
    func machine() async throws {
        let (ledger, _) = try await ledger()
        let april = try await ledger.invoice("acme", month: try #require(CivilTime.month("2026-04")))
        #expect(
            InvoiceFormat.json.document(april) == """
                {"account":"acme","month":"2026-04","currency":"USD","lines":[],"requests":0,"unpriced_requests":0,\
                "open_requests":0,"total":0,"to_pay":0.00}

                """
        )
        let march = try await ledger.invoice("acme", month: try #require(CivilTime.month("2026-03")))
        let csv = InvoiceFormat.csv.document(march).split(separator: "\n")
        #expect(csv.first == "account,month,model,prices,item,tokens,usd_per_token,usd")
        #expect(csv[6] == "acme,2026-03,nemotron-nano-9b-v2,2026-11-25,prompt,420,0.00000004,0.0000168")
        #expect(csv.last == "acme,2026-03,,,total,,,0.00053900825")
        #expect(csv.count == 13)
    }

    @Test("exports: the chain can be checked from the lines alone")
    func exports() async throws {
        let (ledger, _) = try await ledger()
        let entries = try await ledger.entries(after: 0)
        let id = try await ledger.ledgerID()
        var head = JournalHead.genesis
        for entry in entries {
            let line = ExportFormat.jsonl.line(entry, ledgerID: id)
            let mark = try #require(line.range(of: ",\"hash\":\""))
            let hashed = line[..<mark.lowerBound] + "}"
            #expect(hashed == entry.line)
            #expect(entry.follows(head))
            head = entry.head
        }
        let event = ExportFormat.cloudevents.line(entries[0], ledgerID: id)
        #expect(event.hasPrefix("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"urn:actuary:ledger:\(id)\","))
        #expect(
            event.contains(
                "\"type\":\"actuary.ledger.account_created\",\"subject\":\"acme\",\"time\":\"2026-03-31T23:59:00.000Z\""
            )
        )
        let row = ExportFormat.csv.line(entries[2], ledgerID: id)
        #expect(row.hasPrefix("3,2026-03-31T23:59:00.000Z,capture,acme,,r0,nemotron-nano-9b-v2,1234,1024,777,333,3,"))
    }
}
