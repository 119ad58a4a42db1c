import ChatTemplate
import Compute
import Engine
import Foundation
import NemotronH
import OrderedJSON
import TestSupport
import Testing
import Tokenization

/// `expected_chat.json` of every golden checkpoint: from messages to the text of the answer, as transformers has it.
@Suite struct GoldenChatTests {
    static let names = ["hybrid-two-groups", "mamba-only", "attention-only", "odd-dims", "bf16-sharded", "moe"]

    /// The built-in model's golden chats lie beside the script that trains it.
    static let embedded = "actuary-embedded"

    private struct Checkpoint {
        let runner: NemotronHRunner
        let tokenizer: Tokenizer
        let prompts: PromptBuilder

        init(_ name: String) throws {
            let folder = name == embedded ? Fixtures.embeddedModel : Fixtures.path("models/\(name)")
            let model = try NemotronHModel(directory: folder, device: CPUDevice(threadCount: 1))
            runner = try NemotronHRunner(
                model: model,
                capacity: RunnerCapacity(
                    slotCount: 1,
                    kvBlockCount: 64,
                    kvBlockTokens: 16,
                    maxBatchTokens: 512,
                    maxLogitRows: 1,
                    cacheFormat: .float32
                )
            )
            tokenizer = try Tokenizer(tokenizerJSON: Fixtures.bytes(at: "\(folder)/tokenizer.json"))
            let configuration = try JSONValue(
                parsing: Fixtures.bytes(at: "\(folder)/tokenizer_config.json"),
                options: .python
            )
            let source =
                try configuration["chat_template"]?.string
                ?? String(decoding: Fixtures.bytes(at: "\(folder)/chat_template.jinja"), as: UTF8.self)
            prompts = PromptBuilder(template: try ChatTemplate(source: source, name: name), specialTokens: [:])
        }

        /// Greedy tokens behind a prompt, with the five best log-probabilities of the first steps.
        func complete(_ prompt: [Int32], count: Int) -> (tokens: [Int32], best: [[(Int, Double)]]) {
            var sampler = Sampler()
            var tokens: [Int32] = []
            var best: [[(Int, Double)]] = []
            runner.resetSlot(0)
            var next = prompt
            var position = 0
            while tokens.count < count {
                let logits = runner.forward([
                    SequenceChunk(
                        slot: 0,
                        position: position,
                        tokens: next,
                        blockTable: Array(0..<64),
                        logitRows: 1
                    )
                ])
                guard let token = sampler.sample(logits, SamplingParameters(temperature: 0), position: 0) else { break }
                if best.count < 8 { best.append(Self.best(logits)) }
                tokens.append(token)
                position += next.count
                next = [token]
                if runner.model.stopTokenIDs.contains(token) { break }
            }
            return (tokens, best)
        }

        private static func best(_ logits: UnsafeBufferPointer<Float>) -> [(Int, Double)] {
            let total = log(logits.reduce(0) { $0 + exp(Double($1)) })
            return logits.indices.sorted { logits[$0] > logits[$1] }.prefix(5).map { ($0, Double(logits[$0]) - total) }
        }
    }

    @Test("messages become the golden prompt, tokens and greedy text", arguments: names + [embedded])
    func chat(name: String) throws {
        let checkpoint = try Checkpoint(name)
        let folder = name == Self.embedded ? Fixtures.embeddedGolden : Fixtures.path("models/\(name)")
        let expected = try JSONValue(parsing: Fixtures.bytes(at: "\(folder)/expected_chat.json"))
        let conversations = try #require(expected.array)
        #expect(conversations.count >= 4)
        for conversation in conversations {
            let messages = try #require(conversation["messages"]?.array)
            let rendered = try checkpoint.prompts.build(messages: messages)
            #expect(rendered.text == conversation["prompt"]?.string)
            let prompt = checkpoint.tokenizer.encode(rendered.text, trusted: rendered.trusted)
            let promptIDs = conversation["prompt_ids"]?.array?.compactMap(\.integer)
            #expect(prompt.map(Int.init) == promptIDs)
            let outputIDs = try #require(conversation["output_ids"]?.array)
            let golden = outputIDs.compactMap { $0.integer }
            let output = checkpoint.complete(prompt, count: golden.count)
            #expect(output.tokens.map(Int.init) == golden)
            let isStopped = output.tokens.last.map { checkpoint.runner.model.stopTokenIDs.contains($0) } ?? false
            #expect((isStopped ? "stop" : "length") == conversation["finish_reason"]?.string)
            let text = checkpoint.tokenizer.decode(
                isStopped ? output.tokens.dropLast() : output.tokens,
                skipsSpecialTokens: true
            )
            #expect(text == conversation["output_text"]?.string)
            for (step, pairs) in (conversation["top"]?.array ?? []).enumerated() {
                for (index, pair) in (pairs.array ?? []).enumerated() {
                    #expect(output.best[step][index].0 == pair.array?.first?.integer)
                    #expect(abs(output.best[step][index].1 - (pair.array?.last?.number ?? 0)) < 1e-3)
                }
            }
        }
    }
}
