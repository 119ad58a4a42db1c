package import Compute

/// Makes one packed file of a model's folder.
package struct ModelPacker {
    /// What became of one tensor.
    package struct Outcome: Sendable {
        package var name: String
        package var shape: [Int]
        package var format: WeightFormat
        package var byteCount: Int
        /// `nil` for tensors that were copied.
        package var loss: CPUDevice.PackingLoss?
    }

    /// Small files that belong to a model; those of the first list must be there.
    package static let neededFiles = ["config.json", "tokenizer.json"]
    package static let otherFiles = ["generation_config.json", "tokenizer_config.json", "chat_template.jinja"]

    private let directory: String
    private let weights: WeightFormat
    private let device: CPUDevice
    private let catalog: TensorCatalog
    private let demands: [TensorDemand]
    private let tiesEmbeddings: Bool

    /// Reads a folder and checks that it is a whole model.
    ///
    /// - Parameters:
    ///   - directory: The folder.
    ///   - weights: The format of the matrices.
    ///   - device: The threads and kernels that pack.
    /// - Throws: `ModelError` naming the file and the field or tensor.
    package init(directory: String, weights: WeightFormat, device: CPUDevice) throws(ModelError) {
        precondition(weights.isPacked)
        let model = try NemotronHModel(directory: directory, device: device)
        do { catalog = try TensorCatalog(directory: directory) } catch { throw .compute(error) }
        self.directory = directory
        self.weights = weights
        self.device = device
        demands = TensorDemand.all(model.configuration)
        tiesEmbeddings = model.configuration.tiesEmbeddings
    }

    /// Takes made-up weights in place of the folder's, which needs only the small files; for measurements.
    ///
    /// - Parameters:
    ///   - configuration: What the folder's `config.json` says.
    ///   - directory: The folder.
    ///   - weights: The format of the matrices.
    ///   - device: The threads that write.
    /// - Throws: `ModelError.compute(.outOfMemory)`.
    package init(
        madeUp configuration: NemotronHConfiguration,
        directory: String,
        weights: WeightFormat,
        device: CPUDevice
    ) throws(ModelError) {
        precondition(weights.isPacked)
        catalog = try RandomWeights.catalog(configuration, format: weights)
        self.directory = directory
        self.weights = weights
        self.device = device
        demands = TensorDemand.all(configuration)
        tiesEmbeddings = configuration.tiesEmbeddings
    }

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - path: Where it is to be; what is there is replaced in one step at the end.
    ///   - progress: Told after every tensor how many of the stored bytes are done, and of how many.
    /// - Returns: What became of each tensor.
    /// - Throws: `ModelError`; the target is then as it was before.
    package func write(to path: String, progress: (Int, Int) -> Void) throws(ModelError) -> [Outcome] {
        do throws(ComputeError) {
            return try writeFile(path, progress)
        } catch { throw .compute(error) }
    }

    private func writeFile(_ path: String, _ progress: (Int, Int) -> Void) throws(ComputeError) -> [Outcome] {
        let writer = try PackedFileWriter(path: path, tensorCount: demands.count + 1, team: device.team)
        // Does nothing once the file is finished.
        defer { writer.abandon() }
        for name in ModelPacker.neededFiles { try writer.add(file: name, try file(name)) }
        for name in ModelPacker.otherFiles where MappedFile.exists(directory + "/" + name) {
            try writer.add(file: name, try file(name))
        }
        let jobs = demands.map { ($0.name, stored($0.name), format($0)) }
        let heads = tiesEmbeddings ? jobs.filter { $0.0 == "backbone.embeddings.weight" } : []
        // Shared embeddings are read by row and by product: once in each layout.
        let all = jobs + heads.map { ("lm_head.weight", $0.1, headFormat) }
        let total = all.reduce(0) { $0 + $1.1.byteRange.count }
        var done = 0
        var outcomes: [Outcome] = []
        for (name, tensor, format) in all {
            outcomes.append(try add(name, tensor, format, to: writer))
            done += tensor.byteRange.count
            progress(done, total)
        }
        try writer.finish()
        return outcomes
    }

    private func add(
        _ name: String,
        _ tensor: StoredTensor,
        _ format: WeightFormat?,
        to writer: PackedFileWriter
    ) throws(ComputeError) -> Outcome {
        guard let format else {
            guard let stored = tensor.format else { preconditionFailure("a type that was not checked") }
            try tensor.withBytes { bytes throws(ComputeError) in
                try writer.add(tensor: name, type: tensor.type, format: stored, shape: tensor.shape, bytes)
            }
            return Outcome(name: name, shape: tensor.shape, format: stored, byteCount: tensor.byteRange.count)
        }
        let rows = tensor.shape.dropLast().reduce(1, *)
        guard let count = format.byteCount(rowCount: rows, columnCount: tensor.shape.last ?? 1) else {
            throw .outOfMemory(bytes: .max)
        }
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        defer { target.deallocate() }
        guard let loss = device.pack(tensor, format: format, into: target) else {
            throw .notFinite(file: tensor.file.path, tensor: tensor.name)
        }
        let bytes = UnsafeRawBufferPointer(target)
        try writer.add(tensor: name, type: tensor.type, format: format, shape: tensor.shape, bytes)
        return Outcome(name: name, shape: tensor.shape, format: format, byteCount: count, loss: loss)
    }

    /// The head has at least eight bits: every token is chosen by it.
    private var headFormat: WeightFormat {
        weights == .packedInt4 || weights == .packedCodebook4 ? .packedInt8 : weights
    }

    /// `nil` for what stays as it is.
    private func format(_ demand: TensorDemand) -> WeightFormat? {
        guard stored(demand.name).packedFormat == nil else { return nil }
        return switch demand.role {
        case .matrix: weights
        case .head: headFormat
        case .embeddings, .router, .gain, .decay, .vector: nil
        }
    }

    private func stored(_ name: String) -> StoredTensor {
        if let tensor = catalog.tensors[name] { return tensor }
        // Re-saved files have another prefix.
        let other = name.hasPrefix("backbone.") ? "model." + name.dropFirst("backbone.".count) : name
        guard let tensor = catalog.tensors[other] else { preconditionFailure("a tensor that was not checked: \(name)") }
        return tensor
    }

    private func file(_ name: String) throws(ComputeError) -> [UInt8] {
        try MappedFile(path: directory + "/" + name).copy()
    }
}
