import Compute
import NemotronH
import OrderedJSON

/// How many sequences of a model fit into a memory, for each way of storing it.
struct ModelPlan: Equatable, Sendable {
    /// Where the model is to run.
    enum Machine: String, CaseIterable, Sendable {
        case a10
        case cpu

        /// Bytes of the memory that are not for the model: what the driver keeps and the scratch of a step.
        ///
        /// An A10 of 24 GB shows about 23.46 GB as free; a step needs about 0.9 GB of it.
        func reserve(of memoryBytes: Int) -> Int {
            switch self {
            case .a10: 1_440_000_000
            case .cpu: memoryBytes / 10
            }
        }
    }

    /// One way of storing, at one length of the sequences.
    struct Row: Equatable, Sendable {
        var weights: String
        var state: String
        var context: Int
        var maxSequences: Int
        var weightsBytes: Int
        var stateBytesPerSequence: Int
        var cacheBytesPerToken: Int
        var isEmbeddingOnHost: Bool

        static let header = [
            "weights", "state", "context", "max_sequences", "weights_bytes", "state_bytes_per_sequence",
            "kv_bytes_per_token", "embedding_on_host",
        ]

        var cells: [String] {
            [
                weights, state, "\(context)", "\(maxSequences)", "\(weightsBytes)", "\(stateBytesPerSequence)",
                "\(cacheBytesPerToken)", "\(isEmbeddingOnHost)",
            ]
        }

        /// One line of JSON.
        var json: String {
            let object: JSONValue = [
                "weights": .string(weights), "state": .string(state), "context": .integer(Int64(context)),
                "max_sequences": .integer(Int64(maxSequences)), "weights_bytes": .integer(Int64(weightsBytes)),
                "state_bytes_per_sequence": .integer(Int64(stateBytesPerSequence)),
                "kv_bytes_per_token": .integer(Int64(cacheBytesPerToken)),
                "embedding_on_host": .bool(isEmbeddingOnHost),
            ]
            return object.text() + "\n"
        }
    }

    let rows: [Row]

    private static let contexts = [4096, 16_384, 65_536, 131_072]
    private static let blockTokens = 16

    /// Plans all formats, states and contexts up to the model's own.
    ///
    /// - Parameters:
    ///   - configuration: The model's sizes.
    ///   - machine: Where it is to run; only a GPU has 16-bit states and can leave the embeddings to the host.
    ///   - memoryBytes: All of the machine's memory, or what is free of it.
    init(_ configuration: NemotronHConfiguration, machine: Machine, memoryBytes: Int) {
        let usable = memoryBytes - machine.reserve(of: memoryBytes)
        let longest = configuration.maxPositionEmbeddings
        let lengths = ModelPlan.contexts.filter { $0 < longest } + (longest <= 131_072 ? [longest] : [131_072])
        let embedding = configuration.vocabularySize * configuration.hiddenSize * 2
        let stateBytes = NemotronHModel.stateBytes(configuration)
        let cache = NemotronHModel.cacheBytes(configuration, tokens: ModelPlan.blockTokens, format: .bfloat16)
        var rows: [Row] = []
        for weights in [BenchWeights.bfloat16, .int8, .int4] {
            for state in machine == .a10 ? [(4, "f32"), (2, "f16")] : [(4, "f32")] {
                for length in Array(Set(lengths)).sorted() {
                    for isOnHost in machine == .a10 ? [false, true] : [false] {
                        let all = RandomWeights.byteCount(configuration, format: weights.format)
                        let weightsBytes = all - (isOnHost ? embedding : 0)
                        let perSequence = stateBytes * state.0 / 4
                        let blocks = (length + ModelPlan.blockTokens - 1) / ModelPlan.blockTokens
                        let free = max(0, usable - weightsBytes)
                        rows.append(
                            Row(
                                weights: weights.rawValue,
                                state: state.1,
                                context: length,
                                maxSequences: free / max(1, perSequence + blocks * cache),
                                weightsBytes: weightsBytes,
                                stateBytesPerSequence: perSequence,
                                cacheBytesPerToken: cache / ModelPlan.blockTokens,
                                isEmbeddingOnHost: isOnHost
                            )
                        )
                    }
                }
            }
        }
        self.rows = rows
    }
}
