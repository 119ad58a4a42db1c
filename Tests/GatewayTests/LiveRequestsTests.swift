import Engine
import Testing

@testable import Gateway

@Suite struct LiveRequestsTests {
    @Test("a request is found by its own account and key as long as it lives")
    func owners() {
        let live = LiveRequests()
        let owner = Principal(account: "a", key: "k1")
        live.add("chatcmpl-1", LiveRequests.Entry(engineIDs: [RequestID(7)], choiceCount: 1, principal: owner))
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
