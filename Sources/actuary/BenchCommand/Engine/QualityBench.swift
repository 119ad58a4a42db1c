import ArgumentParser
import Compute
import Foundation
import NemotronH

/// `actuary bench quality`: the logits of every position of a text, for comparing formats of weights.
struct QualityBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "Writes a model's logits for given tokens, as 32-bit floats.",
        shouldDisplay: false
    )
    /// Rows of one pass; their logits are held together.
    private static let passTokens = 64

    @Option(help: "A model's folder or a packed file.")
    var model: String

    @Option(help: "A file of token ids, separated by white space.")
    var tokens: String

    @Option(help: "Where the logits go: rows of the vocabulary's size, one a token.")
    var logits: String

    @Option(help: "Threads that compute; 0 is one for each core.")
    var threads = 0

    @Option(help: "How keys and values are stored: f32 or bf16.")
    var kvCacheDtype = "f32"

    func run() async throws {
        guard let cacheFormat = CacheFormat(rawValue: kvCacheDtype) else {
            throw CommandFailure.badUsage("--kv-cache-dtype is \(kvCacheDtype), but must be f32 or bf16")
        }
        let device = try CPUDevice.forCommand(threads: threads)
        let model = try ModelFolder(path: model).model(on: device)
        let ids = try read(vocabularySize: model.configuration.vocabularySize)
        let runner: NemotronHRunner
        let blockTokens = EngineBench.blockTokens
        let blockCount = (ids.count + blockTokens - 1) / blockTokens
        do {
            runner = try NemotronHRunner(
                model: model,
                capacity: RunnerCapacity(
                    slotCount: 1,
                    kvBlockCount: blockCount,
                    kvBlockTokens: blockTokens,
                    maxBatchTokens: QualityBench.passTokens,
                    maxLogitRows: QualityBench.passTokens,
                    cacheFormat: cacheFormat
                )
            )
        } catch { throw CommandFailure.badConfiguration("\(error)") }
        let output = try open()
        defer { try? output.close() }
        for start in stride(from: 0, to: ids.count, by: QualityBench.passTokens) {
            let part = Array(ids[start..<min(start + QualityBench.passTokens, ids.count)])
            let rows = runner.forward([
                SequenceChunk(
                    slot: 0,
                    position: start,
                    tokens: part,
                    blockTable: (0..<blockCount).map(Int32.init),
                    logitRows: part.count
                )
            ])
            do { try output.write(contentsOf: Data(buffer: rows)) } catch {
                throw CommandFailure.inputOutput("cannot write \(logits): \(error.localizedDescription)")
            }
        }
    }

    private func read(vocabularySize: Int) throws -> [Int32] {
        guard let text = try? String(contentsOfFile: tokens, encoding: .utf8) else {
            throw CommandFailure.badInput("cannot read \(tokens)")
        }
        let ids = try text.split(whereSeparator: \.isWhitespace).map { word in
            guard let id = Int32(word), (0..<vocabularySize).contains(Int(id)) else {
                throw CommandFailure.badInput("\(tokens): \(word) is no token of this model")
            }
            return id
        }
        guard !ids.isEmpty else { throw CommandFailure.badInput("\(tokens) holds no tokens") }
        return ids
    }

    private func open() throws -> FileHandle {
        guard FileManager.default.createFile(atPath: logits, contents: nil),
            let file = FileHandle(forWritingAtPath: logits)
        else { throw CommandFailure.inputOutput("cannot write \(logits)") }
        return file
    }
}
