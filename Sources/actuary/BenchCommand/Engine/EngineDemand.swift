import NemotronH

/// What a case asks of the machine, by the sizes of the model alone.
struct EngineDemand: Equatable, Sendable {
    /// Bytes that have to be moved for one token.
    var bytesPerToken: Double
    /// Operations of the matrix products for one token, two for each weight.
    var operationsPerToken: Double

    /// Sizes of a model that the demand follows from.
    struct Sizes: Equatable, Sendable {
        /// Bytes of the weights that every pass reads: all but the embeddings.
        var weightBytes: Int
        /// Weights in matrices, without the embeddings; those of experts that a token does not choose included.
        var matrixWeights: Int
        /// Of these, those of the head, which only rows that sample need.
        var headWeights: Int
        /// Recurrent state of a sequence, bytes; every step reads and writes it.
        var stateBytes: Int
        /// Keys and values of one token, bytes.
        var cacheBytesPerToken: Double
    }

    /// A decode reads weights once a step, and for each sequence its state twice (it is written too) and its cache,
    /// however many tokens are guessed. A prompt is read in passes of at most `passTokens`; its head is computed once, its cache counts by half.
    init(_ sizes: Sizes, _ measured: EngineBenchCase, passTokens: Int) {
        let (batch, tokens) = (Double(measured.batch), Double(measured.tokensPerSequence))
        switch measured.phase {
        case .decode:
            let cache = sizes.cacheBytesPerToken * (Double(measured.depth) + tokens / 2)
            let rows = Double(1 + measured.drafts)
            bytesPerToken = (Double(sizes.weightBytes) / batch + 2 * Double(sizes.stateBytes) + cache) / rows
            operationsPerToken = 2 * Double(sizes.matrixWeights)
        case .prefill:
            let passes = (batch * tokens / Double(passTokens)).rounded(.up)
            let cache = sizes.cacheBytesPerToken * (Double(measured.depth) + tokens / 2)
            // What was just written is read again from the caches of the processor; memory sees each prompt's state once.
            bytesPerToken =
                passes * Double(sizes.weightBytes) / (batch * tokens)
                + (2 * Double(sizes.stateBytes) + cache) / tokens + sizes.cacheBytesPerToken
            operationsPerToken =
                2 * (Double(sizes.matrixWeights - sizes.headWeights) + Double(sizes.headWeights) / tokens)
        }
    }

    /// Tokens a second that memory and arithmetic allow, whichever allows fewer.
    func limit(bytesPerSecond: Double, operationsPerSecond: Double) -> Double {
        min(bytesPerSecond / bytesPerToken, operationsPerSecond / operationsPerToken)
    }
}

extension EngineDemand.Sizes {
    /// The sizes that follow from a configuration, `weightsBytes` being those of all weights as they are stored.
    init(_ configuration: NemotronHConfiguration, weightsBytes: Int) {
        let demands = TensorDemand.all(configuration)
        func count(_ role: TensorDemand.Role) -> Int { demands.filter { $0.role == role }.map(\.count).reduce(0, +) }
        // A head that is the same matrix as the embeddings is read as a whole.
        let (head, unread) =
            configuration.tiesEmbeddings ? (count(.embeddings), 0) : (count(.head), 2 * count(.embeddings))
        let format = EngineBench.cacheFormat
        self.init(
            weightBytes: weightsBytes - unread,
            matrixWeights: count(.matrix) + head,
            headWeights: head,
            stateBytes: NemotronHModel.stateBytes(configuration),
            cacheBytesPerToken: Double(NemotronHModel.cacheBytes(configuration, tokens: 64, format: format)) / 64
        )
    }
}

extension TensorDemand {
    /// How many numbers it has.
    var count: Int { shape.reduce(1, *) }
}
