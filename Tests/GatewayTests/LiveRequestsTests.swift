import Billing
import Engine
import OpenAIAPI
import Testing

@testable import Gateway

@Suite struct LiveRequestsTests {
    @Test("a request is found by its own account and key as long as it lives")
    func owners() {
        let live = LiveRequests()
        let owner = Principal(account: "a", key: "k1")
        live.add(
            "chatcmpl-1",
            LiveRequests.Entry(engineIDs: [RequestID(7)], choiceCount: 1, principal: owner, meter: Unasked())
        )
        #expect(live.find("chatcmpl-1", for: owner)?.engineIDs == [RequestID(7)])
        let poorer = Principal(account: "a", key: "k1", thinkingCredits: 3)
        #expect(live.find("chatcmpl-1", for: poorer)?.engineIDs == [RequestID(7)])
        for foreign in [Principal(account: "a", key: "k2"), Principal(account: "b", key: "k1"), .local] {
            #expect(live.find("chatcmpl-1", for: foreign) == nil)
        }
        #expect(live.find("chatcmpl-2", for: owner) == nil)
        live.remove("chatcmpl-1")
        #expect(live.find("chatcmpl-1", for: owner) == nil && live.count == 0)
    }
}

/// A meter that nobody asks.
private struct Unasked: RequestMeter {
    func admit(_ order: GenerationOrder) async throws(APIError) -> Admittance { throw .requestNotFound("") }
    func extend(by tokens: Int, id: String) async throws(APIError) -> Extension { throw .requestNotFound(id) }
    func note(_ tokens: TokenCounts, choice: Int) -> Int { 0 }
    func noteCached(_ tokens: Int) {}
    func mayTell(_ tokens: Int, otherwise action: @escaping @Sendable () -> Void) -> Bool { true }
    func settle(_ ending: GenerationEnding) async -> MeterReading { MeterReading() }
    func keep(_ answer: StoredResponse) {}
}
