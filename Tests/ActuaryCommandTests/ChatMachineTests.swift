import OrderedJSON
import Testing

@testable import actuary

@Suite struct ChatMachineTests {
    private func machine(
        _ conversation: Conversation = Conversation(),
        model: String? = "m",
        isInteractive: Bool = true
    ) -> ChatMachine {
        ChatMachine(
            address: .standard,
            conversation: conversation,
            model: model,
            style: ScreenStyle(isTerminal: false, environment: [:]),
            isInteractive: isInteractive
        )
    }

    private func body(_ actions: [ChatAction]) -> JSONValue? {
        for case .ask(_, let body) in actions { return body }
        return nil
    }

    private func roles(_ body: JSONValue?) -> [String] {
        body?["messages"]?.array?.map { "\($0["role"]?.string ?? "?"): \($0["content"]?.string ?? "?")" } ?? []
    }

    /// The events of a whole answer to a turn.
    private func answer(_ turn: Int, thought: String = "hm", _ text: String) -> [ChatEvent] {
        let chunk = """
            data: {"choices":[{"delta":{"reasoning":"\(thought)"}}]}\n
            data: {"choices":[{"delta":{"content":"\(text)"}}]}\n
            data: [DONE]\n\n
            """
        return [.head(status: 200), .bytes(Array(chunk.utf8)), .end].map { .reply(turn: turn, $0) }
    }

    private func play(_ machine: inout ChatMachine, _ events: [ChatEvent]) -> [ChatAction] {
        events.flatMap { machine.handle($0, at: .zero) }
    }

    @Test("a line is asked, the answer shown, and the next line awaited")
    func oneTurn() {
        var machine = machine()
        #expect(machine.start().suffix(2) == [.write("> "), .readLine])
        let asked = machine.handle(.line("hello"), at: .zero)
        #expect(
            asked == [
                .ask(
                    turn: 1,
                    body: [
                        "model": "m", "messages": [["role": "user", "content": "hello"]], "stream": true,
                        "stream_options": ["include_usage": true],
                    ]
                )
            ]
        )
        let shown = play(&machine, answer(1, "hi"))
        #expect(shown == [.write("<think>\nhm"), .write("\n</think>\nhi"), .write("\n"), .write("> "), .readLine])
    }

    @Test("history has the answers without their thoughts, and /reset forgets it")
    func history() {
        var conversation = Conversation()
        conversation.systemText = "be brief"
        var machine = machine(conversation)
        _ = play(&machine, [.line("one")] + answer(1, "eins"))
        let second = machine.handle(.line("two"), at: .zero)
        #expect(roles(body(second)) == ["system: be brief", "user: one", "assistant: eins", "user: two"])
        _ = play(&machine, answer(2, "zwei"))
        #expect(machine.handle(.line("/reset"), at: .zero) == [.write("> "), .readLine])
        #expect(roles(body(machine.handle(.line("three"), at: .zero))) == ["system: be brief", "user: three"])
    }

    @Test("options are sent only where they are given; /budget changes the bound")
    func options() {
        var conversation = Conversation()
        conversation.maxThinkTokens = 0
        conversation.temperature = 0.5
        conversation.maxCompletionTokens = 9
        var machine = machine(conversation)
        let first = body(machine.handle(.line("a"), at: .zero))
        #expect(first?["max_think_tokens"] == 0)
        #expect(first?["temperature"] == 0.5)
        #expect(first?["max_completion_tokens"] == 9)
        _ = play(&machine, answer(1, "b") + [.line("/budget 64")])
        #expect(body(machine.handle(.line("c"), at: .zero))?["max_think_tokens"] == 64)
        _ = play(&machine, answer(2, "d") + [.line("/budget default")])
        #expect(body(machine.handle(.line("e"), at: .zero))?["max_think_tokens"] == nil)
    }

    @Test("without --model the server's first model is asked for once")
    func findsTheModel() {
        var machine = machine(model: nil)
        #expect(machine.handle(.line("a"), at: .zero) == [.findModel])
        #expect(body(machine.handle(.model("found"), at: .zero))?["model"] == "found")
        _ = play(&machine, answer(1, "b"))
        #expect(body(machine.handle(.line("c"), at: .zero))?["model"] == "found")
    }

    @Test("Ctrl-C stops the answer; what comes late of it is not shown; what was shown is remembered")
    func interruptedAnswer() {
        var machine = machine()
        let events = answer(1, "unfinished")
        _ = play(&machine, [.line("a"), events[0], .reply(turn: 1, .bytes(firstHalf(events[1])))])
        let stopped = machine.handle(.interrupt, at: .zero)
        #expect(stopped == [.cancel, .write("\n[stopped]\n"), .write("> "), .readLine])
        #expect(play(&machine, [events[1], .reply(turn: 1, .failed(.cancelled))]).isEmpty)
        let next = machine.handle(.line("b"), at: .zero)
        #expect(roles(body(next)) == ["user: a", "assistant: unfinished", "user: b"])
        guard case .ask(let turn, _)? = next.first else {
            Issue.record("\(next)")
            return
        }
        #expect(turn > 1)
        #expect(machine.handle(.reply(turn: turn, .end), at: .zero).contains(.readLine))
    }

    /// All but the end of the stream.
    private func firstHalf(_ event: ChatEvent) -> [UInt8] {
        guard case .reply(_, .bytes(let bytes)) = event else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(text.replacing("data: [DONE]", with: "").utf8)
    }

    @Test("a turn that was stopped before its answer is as if it had not been said")
    func interruptedThought() {
        var machine = machine()
        _ = play(&machine, [.line("a"), .interrupt])
        #expect(roles(body(machine.handle(.line("b"), at: .zero))) == ["user: b"])
    }

    @Test("at the prompt the second Ctrl-C in a row ends, Ctrl-D and /quit end at once")
    func ends() {
        var machine = machine()
        #expect(machine.handle(.interrupt, at: .zero) == [.write("\nCtrl-C again or Ctrl-D ends.\n> ")])
        #expect(machine.handle(.interrupt, at: .zero).last == .end(hasFailed: false))

        machine = self.machine()
        _ = play(&machine, [.interrupt, .line("")])
        #expect(machine.handle(.interrupt, at: .zero).count == 1)

        machine = self.machine()
        _ = play(&machine, [.line("a"), .interrupt])
        #expect(machine.handle(.interrupt, at: .zero).last == .end(hasFailed: false))

        machine = self.machine()
        #expect(machine.handle(.endOfInput, at: .zero).last == .end(hasFailed: false))
        #expect(machine.handle(.line(" /quit "), at: .zero) == [.end(hasFailed: false)])
    }

    @Test("an error is one line and the conversation goes on; in a pipe the command fails in the end")
    func errors() {
        for isInteractive in [true, false] {
            var machine = machine(isInteractive: isInteractive)
            let error = ClientError.unreachable(.standard, reason: "refused")
            let actions = play(&machine, [.line("a"), .reply(turn: 1, .failed(error))]).suffix(isInteractive ? 3 : 2)
            #expect(actions.first == .complain(error.message))
            #expect(actions.last == .readLine)
            #expect(!error.message.contains("\n"))
            #expect(error.message.contains("http://127.0.0.1:8080") && error.message.contains("actuary serve"))
            #expect(roles(body(machine.handle(.line("b"), at: .zero))) == ["user: b"])
            _ = play(&machine, answer(2, "c"))
            #expect(machine.handle(.endOfInput, at: .zero).last == .end(hasFailed: !isInteractive))
        }
        var machine = machine(model: nil)
        let actions = play(&machine, [.line("a"), .modelFailed(.timedOut(.standard))])
        #expect(actions == [.findModel, .complain(ClientError.timedOut(.standard).message), .write("> "), .readLine])
    }

    @Test("a model that is found after Ctrl-C is kept and nothing is asked")
    func lateModel() {
        var machine = machine(model: nil)
        _ = play(&machine, [.line("a"), .interrupt])
        #expect(machine.handle(.model("late"), at: .zero).isEmpty)
        #expect(body(machine.handle(.line("b"), at: .zero))?["model"] == "late")

        machine = self.machine(model: nil)
        _ = play(&machine, [.line("a"), .interrupt])
        #expect(machine.handle(.modelFailed(.cancelled), at: .zero).isEmpty)
    }

    @Test("a pipe sees no prompts")
    func pipe() {
        var machine = machine(isInteractive: false)
        #expect(machine.start() == [.readLine])
        let actions = play(&machine, [.line("a")] + answer(1, "b") + [.line(""), .endOfInput])
        #expect(!actions.contains(.write("> ")))
        #expect(actions.last == .end(hasFailed: false))
    }

    @Test(
        "only the documented words are commands",
        arguments: [
            ("hello", ChatLine.text("hello")), ("/think about it", .text("/think about it")),
            ("/no_think", .text("/no_think")), ("/etc/passwd", .text("/etc/passwd")), ("/quit now", .text("/quit now")),
            ("", .empty), ("  \t", .empty), ("/quit", .quit), (" /reset", .reset), ("/help", .help),
            ("/budget 0", .budget(0)), ("/budget  64 ", .budget(64)), ("/budget default", .budget(nil)),
            ("/budget 2147483647", .budget(2_147_483_647)),
        ]
    )
    func lines(text: String, line: ChatLine) {
        #expect(ChatLine(text) == line)
    }

    @Test(
        "a mistake in a command is explained",
        arguments: ["/budget", "/budget -1", "/budget many", "/budget 1 2", "/budget 2147483648"]
    )
    func mistakes(text: String) {
        guard case .mistake(let advice) = ChatLine(text) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(advice.contains("/budget"))
    }
}
