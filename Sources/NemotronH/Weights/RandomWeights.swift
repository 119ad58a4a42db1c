package import Compute
import Glibc

/// Made-up weights of any configuration, for measurements: speed depends on their sizes, not on their values.
package enum RandomWeights {
    /// Tensors in anonymous memory, matrices in `format`.
    ///
    /// The head has at least eight bits, and embeddings are rows of bf16. Values are such that activations keep their
    /// size from layer to layer.
    ///
    /// - Parameters:
    ///   - configuration: What the weights are for.
    ///   - format: How matrices are stored.
    /// - Returns: A catalog with every tensor that the configuration calls for.
    /// - Throws: `ModelError.compute(.outOfMemory)`.
    package static func catalog(
        _ configuration: NemotronHConfiguration,
        format: WeightFormat
    ) throws(ModelError) -> TensorCatalog {
        let places = places(configuration, format)
        let byteCount = places.last.map(\.range.upperBound) ?? 0
        // Memory becomes real when it is first written, which takes longer than writing it.
        let team = ThreadTeam(threadCount: max(1, min(64, sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
        let file: MappedFile
        do {
            file = try MappedFile(memoryOf: byteCount, named: "random weights") { memory in
                var random = RandomBlock(seed: 1)
                for place in places {
                    random.fill(
                        UnsafeMutableRawBufferPointer(rebasing: memory[place.range]),
                        place.format,
                        place.demand,
                        team
                    )
                }
            }
        } catch { throw .compute(error) }
        var tensors: [String: StoredTensor] = [:]
        for place in places {
            tensors[place.demand.name] = StoredTensor(
                name: place.demand.name,
                type: place.format == .float32 ? .float32 : .bfloat16,
                shape: place.demand.shape,
                byteRange: place.range,
                file: file,
                packedFormat: place.format.isPacked ? place.format : nil
            )
        }
        return TensorCatalog(path: file.path, tensors: tensors)
    }

    /// Bytes that `catalog` takes.
    package static func byteCount(_ configuration: NemotronHConfiguration, format: WeightFormat) -> Int {
        places(configuration, format).last.map(\.range.upperBound) ?? 0
    }

    private struct Place {
        var demand: TensorDemand
        var format: WeightFormat
        var range: Range<Int>
    }

    private static func places(_ configuration: NemotronHConfiguration, _ format: WeightFormat) -> [Place] {
        var end = 0
        return TensorDemand.all(configuration).map { demand in
            let stored = storedFormat(demand.role, format)
            let rows = demand.shape.dropLast().reduce(1, *)
            guard let bytes = stored.byteCount(rowCount: rows, columnCount: demand.shape.last ?? 1) else {
                preconditionFailure("a tensor larger than memory")
            }
            let start = (end + 63) / 64 * 64
            end = start + bytes
            return Place(demand: demand, format: stored, range: start..<end)
        }
    }

    private static func storedFormat(_ role: TensorDemand.Role, _ format: WeightFormat) -> WeightFormat {
        switch role {
        case .matrix: format
        case .head: format == .packedInt4 || format == .packedCodebook4 ? .packedInt8 : format
        case .embeddings, .router: .bfloat16
        case .gain, .decay, .vector: .float32
        }
    }
}

/// Fills memory with weights that repeat after some thousand numbers.
private struct RandomBlock {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// Between 0 and 1.
    private mutating func next() -> Float {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Float((state &* 0x2545_F491_4F6C_DD1D) >> 40) * 0x1p-24
    }

    mutating func fill(
        _ target: UnsafeMutableRawBufferPointer,
        _ format: WeightFormat,
        _ demand: TensorDemand,
        _ team: ThreadTeam
    ) {
        // What keeps the sum over a row's products as large as one of its inputs.
        let size = 1 / Float(demand.shape.last ?? 1).squareRoot()
        let block: [UInt8] =
            switch format {
            case .packedInt8: chunks(codeBytes: 1024, scale: size / 73)
            case .packedInt4: chunks(codeBytes: 512, scale: size / 4.6)
            case .packedCodebook4: chunks(codeBytes: 512, scale: size / 70)
            case .packedBFloat16, .bfloat16: brains(size * 1.7)
            case .float32: floats(demand)
            case .float16: preconditionFailure("no random weights of that format")
            }
        block.withUnsafeBytes { block in
            team.divide(target.count, step: block.count) { range in
                for start in stride(from: range.lowerBound, to: range.upperBound, by: block.count) {
                    let count = min(block.count, range.upperBound - start)
                    UnsafeMutableRawBufferPointer(rebasing: target[start..<(start + count)])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<count]))
                }
            }
        }
    }

    private mutating func chunks(codeBytes: Int, scale: Float) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<61 {
            for _ in 0..<codeBytes { bytes.append(UInt8(1 + next() * 254.9)) }
            for _ in 0..<32 {
                // Never so small that fp16 has fewer digits for it.
                let half = Float16(scale * (0.6 + 0.8 * next())).bitPattern
                bytes.append(UInt8(truncatingIfNeeded: half))
                bytes.append(UInt8(half >> 8))
            }
        }
        return bytes
    }

    private mutating func brains(_ size: Float) -> [UInt8] {
        (0..<65_521).flatMap { _ in
            let bits = ((next() * 2 - 1) * size).bitPattern >> 16
            return [UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)]
        }
    }

    private mutating func floats(_ demand: TensorDemand) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<demand.shape.reduce(1, *) {
            let value: Float =
                switch demand.role {
                case .gain: 1
                // A from -1 to about -15.
                case .decay: next() * 2.7
                default: next() - 0.5
                }
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
