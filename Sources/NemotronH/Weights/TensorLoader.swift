import Compute

/// Takes tensors out of a catalog by name, checks shape and type, and remembers which were taken.
struct TensorLoader {
    let catalog: TensorCatalog
    let device: any Device
    /// `backbone.`, or what re-saved files write instead.
    let prefix: String
    private var taken: Set<String> = []

    init(catalog: TensorCatalog, device: any Device) {
        self.catalog = catalog
        self.device = device
        let isRenamed = catalog.tensors["backbone.embeddings.weight"] == nil
        prefix = isRenamed && catalog.tensors["model.embeddings.weight"] != nil ? "model." : "backbone."
    }

    /// Bytes of all tensors that were taken.
    private(set) var byteCount = 0

    /// The matrix of that name where it lies.
    mutating func matrix(_ name: String, _ rowCount: Int, _ columnCount: Int) throws(ModelError) -> WeightMatrix {
        let (tensor, format) = try take(name, [rowCount, columnCount])
        do {
            return try device.place(tensor, format: format, rowCount: rowCount, columnCount: columnCount)
        } catch { throw .compute(error) }
    }

    /// `name.weight`, and `name.bias` if there has to be one.
    mutating func linear(
        _ name: String,
        _ rowCount: Int,
        _ columnCount: Int,
        hasBias: Bool
    ) throws(ModelError) -> LinearWeights {
        LinearWeights(
            matrix: try matrix(name + ".weight", rowCount, columnCount),
            bias: hasBias ? try vector(name + ".bias", rowCount) : nil
        )
    }

    /// An MLP below `name`.
    mutating func expert(
        _ name: String,
        inputSize: Int,
        hiddenSize: Int,
        hasBias: Bool
    ) throws(ModelError) -> ExpertWeights {
        let up = try linear(name + "up_proj", hiddenSize, inputSize, hasBias: hasBias)
        let down = try linear(name + "down_proj", inputSize, hiddenSize, hasBias: hasBias)
        return ExpertWeights(up: up.matrix, upBias: up.bias, down: down.matrix, downBias: down.bias)
    }

    /// A vector in the device's memory, widened.
    mutating func vector(_ name: String, _ count: Int) throws(ModelError) -> DeviceBuffer {
        try upload(try values(name, [count]))
    }

    /// Numbers in the device's memory.
    func upload(_ values: [Float]) throws(ModelError) -> DeviceBuffer {
        let buffer: DeviceBuffer
        do { buffer = try device.makeBuffer(count: values.count) } catch { throw .compute(error) }
        values.withUnsafeBufferPointer { device.write($0, to: buffer, at: 0) }
        return buffer
    }

    /// A small tensor's numbers, widened.
    mutating func values(_ name: String, _ shape: [Int]) throws(ModelError) -> [Float] {
        let (tensor, format) = try take(name, shape)
        return tensor.withBytes { $0.widened(from: format) }
    }

    /// Marks a tensor as known although it is not used.
    mutating func skip(_ name: String) { taken.insert(name) }

    /// Refuses tensors that nothing took, but for those of parts that inference does without.
    func checkNothingIsLeft() throws(ModelError) {
        let left = catalog.tensors.keys.filter { name in
            // Draft heads, and rotary tables that this architecture never applies.
            !taken.contains(name) && !name.hasPrefix("mtp.") && !name.contains("rotary") && !name.contains("inv_freq")
        }
        guard left.isEmpty else { throw .surplusTensors(file: catalog.path, tensors: left.sorted()) }
    }

    private mutating func take(_ name: String, _ shape: [Int]) throws(ModelError) -> (StoredTensor, WeightFormat) {
        guard let tensor = catalog.tensors[name] else { throw .missingTensor(file: catalog.path, tensor: name) }
        guard tensor.shape == shape else {
            throw .wrongShape(file: tensor.file.path, tensor: name, expected: shape, found: tensor.shape)
        }
        guard let format = tensor.format else {
            throw .unsupportedType(file: tensor.file.path, tensor: name, found: tensor.type)
        }
        if taken.insert(name).inserted { byteCount += tensor.byteRange.count }
        return (tensor, format)
    }
}
