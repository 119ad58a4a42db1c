import OpenAIAPI
import OrderedJSON
import Testing

@testable import Gateway

@Suite struct ResponseItemsTests {
    @Test("events come in OpenAI's order, and the deltas join to what is done")
    func order() {
        var items = ResponseItems(idSuffix: "x")
        var events: [ResponseItems.Event] = []
        for part: AnswerPart in [
            .reasoning("a"), .reasoning("b"), .content("c"), .content("d"), .call(index: 0, id: "1", name: "f"),
            .arguments(index: 0, "{"), .arguments(index: 0, "}"),
        ] { events += items.add(part) }
        events += items.endItem()
        let expected = [
            "output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.delta",
            "reasoning_text.done", "content_part.done", "output_item.done",
            "output_item.added", "content_part.added", "output_text.delta", "output_text.delta",
            "output_text.done", "content_part.done", "output_item.done",
            "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta",
            "function_call_arguments.done", "output_item.done",
        ]
        #expect(events.map(\.type) == expected.map { "response." + $0 })
        #expect(events[4].members["text"] == "ab" && events[11].members["text"] == "cd")
        #expect(events[17].members["arguments"] == "{}")
        #expect(items.output.map { $0["type"] } == ["reasoning", "message", "function_call"])
        #expect(items.output.map { $0["id"] } == ["rs_x0", "msg_x1", "fc_x2"])
        #expect(events[6].members["item"] == items.output[0] && events[18].members["item"] == items.output[2])
    }

    @Test("the store forgets the oldest, and knows whose a response is")
    func store() {
        let store = ResponseStore(maxCount: 2)
        for id in ["a", "b", "c"] {
            store.insert(id, ResponseStore.Stored(account: "one", document: [1], messages: []))
        }
        #expect(store.response("a", of: "one") == nil && store.response("b", of: "one") != nil)
        #expect(store.response("b", of: "two") == nil && !store.remove("b", of: "two") && store.remove("b", of: "one"))
        #expect(store.response("b", of: "one") == nil)
    }

    @Test("who cancels a response gets what it was until then")
    func cancel() async {
        let store = ResponseStore()
        let document: [UInt8] = await withCheckedContinuation { continuation in
            store.begin("a", of: "one") { store.end("a", [7]) }
            #expect(!store.cancel("a", of: "two") { _ in })
            #expect(store.cancel("a", of: "one") { continuation.resume(returning: $0) })
        }
        #expect(document == [7])
        #expect(!store.cancel("a", of: "one") { _ in })
    }
}
