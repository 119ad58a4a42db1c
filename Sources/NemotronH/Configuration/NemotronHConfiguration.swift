/// What `config.json` says about a `nemotron_h` model, checked.
///
/// Sizes of mixers that no layer uses are not read.
package struct NemotronHConfiguration: Sendable, Equatable {
    package let vocabularySize: Int
    package let hiddenSize: Int
    /// The longest sequence that the model was made for, in tokens.
    package let maxPositionEmbeddings: Int
    package let layers: [LayerKind]
    package let normEpsilon: Float
    package let tiesEmbeddings: Bool
    package let hasMLPBias: Bool
    /// `nil` where no layer is of that kind.
    package let mamba: MambaShape?
    package let attention: AttentionShape?
    package let experts: ExpertsShape?
    /// Tokens at which a completion ends, as `config.json` has them.
    package let endTokenIDs: Set<Int32>

    /// Reads and checks a `config.json`.
    ///
    /// - Parameters:
    ///   - json: The file's bytes; bare `Infinity` is accepted.
    ///   - file: Its name for error messages.
    /// - Throws: `ModelError` naming the field.
    package init(json: [UInt8], file: String) throws(ModelError) {
        let fields = try ConfigurationFields(json: json, file: file)
        try fields.expect("model_type", "nemotron_h", isRequired: true)
        try fields.expect("mlp_hidden_act", "relu2")
        try fields.expect("mamba_hidden_act", "silu")
        vocabularySize = try fields.size("vocab_size", limit: 1 << 24)
        hiddenSize = try fields.size("hidden_size")
        maxPositionEmbeddings = try fields.size("max_position_embeddings", limit: 1 << 30)
        normEpsilon = Float(try fields.positive("layer_norm_epsilon", "rms_norm_eps", "norm_eps"))
        tiesEmbeddings = try fields.flag("tie_word_embeddings", or: false)
        hasMLPBias = try fields.flag("mlp_bias", or: false)
        let layers = try LayerPattern.layers(fields)
        self.layers = layers
        mamba = layers.contains(.mamba) ? try MambaShape(fields) : nil
        attention = layers.contains(.attention) ? try AttentionShape(fields) : nil
        experts = layers.contains(.experts) ? try ExpertsShape(fields) : nil
        endTokenIDs = try fields.tokens("eos_token_id", vocabularySize: vocabularySize)
    }

    /// Adds what a `generation_config.json` says about the end of a completion.
    func stopTokenIDs(generationConfiguration json: [UInt8], file: String) throws(ModelError) -> Set<Int32> {
        let fields = try ConfigurationFields(json: json, file: file)
        return endTokenIDs.union(try fields.tokens("eos_token_id", vocabularySize: vocabularySize))
    }
}
