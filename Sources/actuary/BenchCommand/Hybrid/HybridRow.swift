import NemotronH
import OrderedJSON

/// What one shape needs at one context, and how fast it decodes where that fits.
struct HybridRow: Equatable, Sendable {
    /// The batch whose memory is shown beside that of one sequence.
    static let crowd = 16

    var shape: String
    var weights: String
    /// Positions of each sequence.
    var context: Int
    /// Bytes of all weights, embeddings included.
    var weightsBytes: Int
    /// Bytes of one sequence's recurrent state.
    var stateBytes: Int
    /// Bytes of one sequence's keys and values, in whole blocks.
    var cacheBytes: Int
    /// Bytes that memory moves for one token of a single sequence.
    var bytesPerToken: Double
    /// `nil` where the machine has too little memory.
    var result: EngineBenchResult?

    /// Bytes of one sequence.
    var sequenceBytes: Int { stateBytes + cacheBytes }

    /// Bytes of the weights and so many sequences.
    func memoryBytes(sequences: Int) -> Int { weightsBytes + sequences * sequenceBytes }

    /// One line of JSON; what was not measured is null.
    var json: String {
        let object: JSONValue = [
            "bench": "hybrid",
            "shape": .string(shape),
            "weights": .string(weights),
            "context": .integer(Int64(context)),
            "batch": 1,
            "weights_bytes": .integer(Int64(weightsBytes)),
            "state_bytes_per_sequence": .integer(Int64(stateBytes)),
            "kv_bytes_per_sequence": .integer(Int64(cacheBytes)),
            "bytes_per_sequence": .integer(Int64(sequenceBytes)),
            "memory_bytes_1_sequence": .integer(Int64(memoryBytes(sequences: 1))),
            "memory_bytes_16_sequences": .integer(Int64(memoryBytes(sequences: HybridRow.crowd))),
            "fits": .bool(result != nil),
            "tokens_per_second": number(result?.tokensPerSecond),
            "bytes_per_token": .double(bytesPerToken),
            "limit_tokens_per_second": number(result?.limitTokensPerSecond),
            "fraction_of_limit": number(result?.fractionOfLimit),
            "read_gb_per_second": number(result.map { $0.readBytesPerSecond / 1e9 }),
            "rss_bytes": result.map { .integer(Int64($0.residentBytes)) } ?? .null,
        ]
        return object.text() + "\n"
    }

    private func number(_ value: Double?) -> JSONValue { value.map(JSONValue.double) ?? .null }
}

extension HybridRow {
    /// The row of a shape whose speed has not been measured yet.
    init(
        shape: String,
        weights: BenchWeights,
        configuration: NemotronHConfiguration,
        weightsBytes: Int,
        measured: EngineBenchCase
    ) {
        let blocks = EngineBench.blocks(measured)
        let block = NemotronHModel.cacheBytes(
            configuration,
            tokens: EngineBench.blockTokens,
            format: EngineBench.cacheFormat
        )
        let sizes = EngineDemand.Sizes(configuration, weightsBytes: weightsBytes)
        self.init(
            shape: shape,
            weights: weights.rawValue,
            context: measured.length,
            weightsBytes: weightsBytes,
            stateBytes: sizes.stateBytes,
            cacheBytes: blocks * block,
            bytesPerToken: EngineDemand(sizes, measured, passTokens: EngineBench.passTokens).bytesPerToken
        )
    }
}
