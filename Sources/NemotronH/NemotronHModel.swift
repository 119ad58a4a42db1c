package import Compute

/// A model as it lies in a Hugging Face folder: its configuration, and its weights ready for a device.
///
/// Weights are never written, so any number of runners can share them.
package final class NemotronHModel: Sendable {
    package let directory: String
    package let configuration: NemotronHConfiguration
    package let device: any Device
    /// Tokens at which a completion ends: those of `config.json` and of `generation_config.json`.
    package let stopTokenIDs: Set<Int32>
    let weights: NemotronHWeights

    /// Reads a folder and checks everything before any weight is used.
    ///
    /// - Parameters:
    ///   - directory: The folder, with `config.json`, one or many safetensors files, and maybe `generation_config.json`.
    ///   - device: Where it is going to be computed.
    /// - Throws: `ModelError` naming the file and the field or tensor.
    package init(directory: String, device: any Device) throws(ModelError) {
        self.directory = directory
        self.device = device
        let file = directory + "/config.json"
        configuration = try NemotronHConfiguration(json: try NemotronHModel.bytes(of: file), file: file)
        let generationFile = directory + "/generation_config.json"
        if MappedFile.exists(generationFile) {
            stopTokenIDs = try configuration.stopTokenIDs(
                generationConfiguration: try NemotronHModel.bytes(of: generationFile),
                file: generationFile
            )
        } else {
            stopTokenIDs = configuration.endTokenIDs
        }
        let catalog: TensorCatalog
        do { catalog = try TensorCatalog(directory: directory) } catch { throw .compute(error) }
        weights = try NemotronHWeights(catalog: catalog, configuration: configuration, device: device)
    }

    /// A model whose parts were read, or made up, elsewhere.
    ///
    /// - Throws: `ModelError` naming the tensor that is missing, surplus or of the wrong shape.
    package init(
        name: String,
        configuration: NemotronHConfiguration,
        stopTokenIDs: Set<Int32>,
        catalog: TensorCatalog,
        device: any Device
    ) throws(ModelError) {
        directory = name
        self.configuration = configuration
        self.device = device
        self.stopTokenIDs = stopTokenIDs
        weights = try NemotronHWeights(catalog: catalog, configuration: configuration, device: device)
    }

    /// A model from a packed file, whose table of contents has been checked.
    ///
    /// - Throws: `ModelError` naming the file and the field or tensor.
    package convenience init(packedFile: PackedFile, device: any Device) throws(ModelError) {
        let file = packedFile.path + ": config.json"
        guard let json = packedFile.bytes(of: "config.json") else {
            throw .compute(.damagedPart(file: packedFile.path, part: "config.json"))
        }
        let configuration = try NemotronHConfiguration(json: json, file: file)
        var stopTokenIDs = configuration.endTokenIDs
        if let json = packedFile.bytes(of: "generation_config.json") {
            let file = packedFile.path + ": generation_config.json"
            stopTokenIDs = try configuration.stopTokenIDs(generationConfiguration: json, file: file)
        }
        try self.init(
            name: packedFile.path,
            configuration: configuration,
            stopTokenIDs: stopTokenIDs,
            catalog: packedFile.catalog,
            device: device
        )
    }

    /// Bytes of the weights as they are stored.
    package var weightBytes: Int { weights.byteCount }

    /// Bytes of one sequence's recurrent state, whatever its length.
    package var stateBytesPerSlot: Int { NemotronHModel.stateBytes(configuration) }

    /// Bytes of one sequence's recurrent state, for weights that need not be there.
    package static func stateBytes(_ configuration: NemotronHConfiguration) -> Int {
        StateLayout(configuration, cacheFormat: .float32).slotCount * MemoryLayout<Float>.stride
    }

    /// Bytes of one block of the key and value cache, over all layers.
    package static func cacheBytes(_ configuration: NemotronHConfiguration, tokens: Int, format: CacheFormat) -> Int {
        StateLayout(configuration, cacheFormat: format).blockCount(tokens: tokens) * MemoryLayout<Float>.stride
    }

    /// Bytes of one block of the key and value cache, over all layers.
    package func kvBytesPerBlock(tokens: Int, format: CacheFormat) -> Int {
        NemotronHModel.cacheBytes(configuration, tokens: tokens, format: format)
    }

    /// Bytes that a runner reserves for states, caches and one pass, for weights that need not be there.
    package static func memoryBytes(_ configuration: NemotronHConfiguration, _ capacity: RunnerCapacity) -> Int {
        let layout = StateLayout(configuration, cacheFormat: capacity.cacheFormat)
        let numbers =
            (capacity.slotCount + capacity.snapshotCount) * layout.slotCount
            + capacity.kvBlockCount * layout.blockCount(tokens: capacity.kvBlockTokens)
            + Scratch.count(configuration: configuration, capacity: capacity)
        return numbers * MemoryLayout<Float>.stride
    }

    static func bytes(of file: String) throws(ModelError) -> [UInt8] {
        do { return try MappedFile(path: file).copy() } catch { throw .compute(error) }
    }
}
