import Compute
import Foundation
import NemotronH
import OrderedJSON
import Testing

@Suite struct LoadingTests {
    private static func error(_ change: (inout Checkpoint) -> Void) throws -> (ModelError?, String) {
        var checkpoint = Checkpoint(Checkpoint.config())
        change(&checkpoint)
        let file = checkpoint.folder.path + "/model.safetensors"
        do { _ = try checkpoint.load() } catch { return (try #require(error as? ModelError), file) }
        return (nil, file)
    }

    @Test("each missing tensor is named", arguments: Checkpoint(Checkpoint.config()).tensors.keys.sorted())
    func missing(name: String) throws {
        let (error, file) = try Self.error { $0.tensors[name] = nil }
        #expect(error == .missingTensor(file: file, tensor: name))
    }

    @Test("each tensor of a wrong shape is named", arguments: Checkpoint(Checkpoint.config()).tensors.keys.sorted())
    func wrongShape(name: String) throws {
        var expected: [Int] = []
        let (error, file) = try Self.error {
            // As many numbers, in one more dimension.
            expected = $0.tensors[name]?.shape ?? []
            $0.tensors[name]?.shape.append(1)
        }
        #expect(error == .wrongShape(file: file, tensor: name, expected: expected, found: expected + [1]))
    }

    @Test("a type that cannot be computed with is named", arguments: [TensorType.int32, .uint32])
    func wrongType(type: TensorType) throws {
        let name = "backbone.layers.1.mixer.q_proj.weight"
        let (error, file) = try Self.error { $0.tensors[name]?.type = type }
        #expect(error == .unsupportedType(file: file, tensor: name, found: type))
    }

    @Test("surplus tensors are named, but for those that inference does without")
    func surplus() throws {
        let extra = Checkpoint.Tensor(type: .float32, shape: [1], values: [0])
        let known = ["mtp.layers.0.norm.weight", "backbone.layers.1.mixer.rotary_emb.inv_freq", "x.rotary.y"]
        let (none, _) = try Self.error { for name in known { $0.tensors[name] = extra } }
        #expect(none == nil)
        let unknown = ["backbone.layers.1.mixer.q_proj.bias", "backbone.layers.9.norm.weight"]
        let (error, file) = try Self.error { for name in known + unknown { $0.tensors[name] = extra } }
        #expect(error == .surplusTensors(file: file, tensors: unknown))
        #expect(error.map { "\($0)".contains("backbone.layers.9.norm.weight") } == true)
    }

    @Test("a tied head may be stored twice")
    func tied() throws {
        let (error, _) = try Self.error { $0.config["tie_word_embeddings"] = true }
        #expect(error == nil)
    }

    @Test("files that are missing or cut short are named")
    func files() throws {
        let checkpoint = Checkpoint(Checkpoint.config())
        defer { try? FileManager.default.removeItem(at: checkpoint.folder) }
        let device = try CPUDevice(threadCount: 1)
        let path = checkpoint.folder.path
        #expect(
            throws: ModelError.compute(
                .cannotRead(file: path + "/config.json", reason: "No such file or directory")
            )
        ) { try NemotronHModel(directory: path, device: device) }
        try checkpoint.write()
        let weights = checkpoint.folder.appendingPathComponent("model.safetensors")
        let bytes = try Data(contentsOf: weights)
        for count in [0, 7, 8, 100, bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(count).write(to: weights)
            #expect { try NemotronHModel(directory: path, device: device) } throws: { error in
                switch error as? ModelError {
                case .compute(.truncatedHeader(weights.path, _, _)), .compute(.truncatedData(weights.path, _, _)): true
                default: false
                }
            }
        }
        try FileManager.default.removeItem(at: weights)
        #expect(throws: ModelError.compute(.noWeights(directory: path))) {
            try NemotronHModel(directory: path, device: device)
        }
    }

    @Test("generation_config.json adds stop tokens and is checked")
    func generationConfiguration() throws {
        let checkpoint = Checkpoint(Checkpoint.config())
        defer { try? FileManager.default.removeItem(at: checkpoint.folder) }
        try checkpoint.write()
        let device = try CPUDevice(threadCount: 1)
        let file = checkpoint.folder.appendingPathComponent("generation_config.json")
        func stopTokens(_ json: String) throws -> Set<Int32> {
            try Data(json.utf8).write(to: file)
            return try NemotronHModel(directory: checkpoint.folder.path, device: device).stopTokenIDs
        }
        #expect(try NemotronHModel(directory: checkpoint.folder.path, device: device).stopTokenIDs == [12])
        #expect(try stopTokens(#"{"eos_token_id": 2}"#) == [2, 12])
        #expect(try stopTokens(#"{"eos_token_id": [2, 11, 12]}"#) == [2, 11, 12])
        #expect(try stopTokens("{}") == [12])
        #expect(
            throws: ModelError.invalidField(
                file: file.path,
                field: "eos_token_id",
                .outOfRange(value: 400, allowed: 0...39)
            )
        ) { try stopTokens(#"{"eos_token_id": [400]}"#) }
    }

    @Test("a capacity that makes no sense is refused")
    func capacity() throws {
        let model = try Checkpoint(Checkpoint.config()).load()
        let good = RunnerCapacity(
            slotCount: 1,
            kvBlockCount: 1,
            kvBlockTokens: 16,
            maxBatchTokens: 4,
            maxLogitRows: 4,
            cacheFormat: .bfloat16
        )
        func refusal(_ change: (inout RunnerCapacity) -> Void) -> ModelError? {
            var capacity = good
            change(&capacity)
            do throws(ModelError) { _ = try NemotronHRunner(model: model, capacity: capacity) } catch { return error }
            return nil
        }
        #expect(refusal { _ in } == nil)
        #expect(
            refusal { $0.slotCount = 0 }
                == .invalidCapacity(field: "slotCount", .outOfRange(value: 0, allowed: 1...Int(Int32.max)))
        )
        #expect(
            refusal { $0.kvBlockTokens = 65 }
                == .invalidCapacity(field: "kvBlockTokens", .outOfRange(value: 65, allowed: 1...64))
        )
        #expect(
            refusal { $0.maxLogitRows = 5 }
                == .invalidCapacity(field: "maxLogitRows", .outOfRange(value: 5, allowed: 1...4))
        )
    }
}
