import Compute

/// All weights of a model, checked against its configuration.
struct NemotronHWeights: Sendable {
    let embeddings: WeightMatrix
    let layers: [LayerWeights]
    let finalNorm: DeviceBuffer
    let head: WeightMatrix
    /// Bytes of the tensors in use, as they are stored.
    let byteCount: Int

    /// Finds every tensor that the configuration calls for, and nothing else.
    init(
        catalog: TensorCatalog,
        configuration: NemotronHConfiguration,
        device: any Device
    ) throws(ModelError) {
        var loader = TensorLoader(catalog: catalog, device: device)
        let (vocabularySize, hiddenSize) = (configuration.vocabularySize, configuration.hiddenSize)
        embeddings = try loader.matrix(loader.prefix + "embeddings.weight", vocabularySize, hiddenSize)
        var layers: [LayerWeights] = []
        for (index, kind) in configuration.layers.enumerated() {
            layers.append(try loader.layer(index, kind, configuration))
        }
        self.layers = layers
        finalNorm = try loader.vector(loader.prefix + "norm_f.weight", hiddenSize)
        // Packed files hold shared embeddings a second time, laid out for products.
        let hasPackedHead = catalog.tensors["lm_head.weight"]?.packedFormat != nil
        if configuration.tiesEmbeddings, !hasPackedHead {
            head = embeddings
            // Some writers store the shared matrix twice.
            loader.skip("lm_head.weight")
        } else {
            head = try loader.matrix("lm_head.weight", vocabularySize, hiddenSize)
        }
        try loader.checkNothingIsLeft()
        byteCount = loader.byteCount
    }
}
