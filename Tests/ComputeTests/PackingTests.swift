import Compute
import Testing

@Suite struct PackingTests {
    private static let formats: [WeightFormat] = [.packedBFloat16, .packedInt8, .packedInt4, .packedCodebook4]

    /// A stored matrix of these numbers.
    private func tensor(_ values: [Float], rows: Int, columns: Int) throws -> StoredTensor {
        let file = try MappedFile(memoryOf: values.count * 4, named: "test") { memory in
            values.withUnsafeBytes { memory.copyMemory(from: $0) }
        }
        return StoredTensor(
            name: "w",
            type: .float32,
            shape: [rows, columns],
            byteRange: 0..<(values.count * 4),
            file: file
        )
    }

    /// Sums of uniform numbers, as good as normal.
    private func normal(_ count: Int, seed: Int) -> [Float] {
        var random = KernelCase(seed: seed)
        let parts = (0..<12).map { _ in random.floats(count, scale: 0.01) }
        return (0..<count).map { index in parts.reduce(0) { $0 + $1[index] } }
    }

    @Test("packed weights differ from the stored ones by what packing reports", arguments: formats, [64, 200])
    func unpacking(format: WeightFormat, columns: Int) throws {
        let rows = 37
        let device = try CPUDevice(threadCount: 2)
        let values = normal(rows * columns, seed: columns)
        let bytes = try #require(format.byteCount(rowCount: rows, columnCount: columns))
        let file = try tensor(values, rows: rows, columns: columns)
        var loss: CPUDevice.PackingLoss?
        let packed = try MappedFile(memoryOf: bytes, named: "packed") { memory in
            loss = device.pack(file, format: format, into: memory)
        }
        let stored = StoredTensor(
            name: "p",
            type: .float32,
            shape: [rows, columns],
            byteRange: 0..<bytes,
            file: packed,
            packedFormat: format
        )
        let matrix = try device.place(stored, format: format, rowCount: rows, columnCount: columns)
        // A row with a single 1 is quantized without loss, so its product is a column of the weights.
        let input = try device.makeBuffer(count: columns * columns)
        let output = try device.makeBuffer(count: columns * rows)
        for index in 0..<columns { input.address[index * columns + index] = 1 }
        device.multiply(
            input.rows(columns, columns),
            matrix,
            bias: nil,
            squaringReLU: false,
            into: output.rows(columns, rows),
            accumulating: false
        )
        var (error, total) = (0.0, 0.0)
        for row in 0..<rows {
            for column in 0..<columns {
                let value = Double(values[row * columns + column])
                let missed = value - Double(output.address[column * rows + row])
                error += missed * missed
                total += value * value
            }
        }
        let relative = (error / total).squareRoot()
        #expect(abs(relative - (loss?.relative ?? 0)) < 1e-4)
        // Of normal weights; the rule that fits the largest value leaves .086 with four bits.
        let bound =
            switch format {
            case .packedBFloat16: 0.0018
            case .packedInt8: 0.0058
            case .packedInt4: 0.083
            default: 0.077
            }
        #expect(relative < bound)
    }

    @Test("weights that are not finite are not packed", arguments: formats, [Float.nan, .infinity])
    func poison(format: WeightFormat, value: Float) throws {
        let device = try CPUDevice(threadCount: 1)
        var values = normal(16 * 64, seed: 4)
        values[777] = value
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
        defer { target.deallocate() }
        let file = try tensor(values, rows: 16, columns: 64)
        #expect(device.pack(file, format: format, into: target) == nil)
    }

    @Test("weights of zero, and too small and too large for a scale, stay finite", arguments: formats)
    func extremes(format: WeightFormat) throws {
        let device = try CPUDevice(threadCount: 1)
        for value in [0, Float.leastNonzeroMagnitude, 1e-12, 3e6, .greatestFiniteMagnitude] {
            let target = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
            defer { target.deallocate() }
            let file = try tensor(Array(repeating: value, count: 16 * 64), rows: 16, columns: 64)
            #expect(device.pack(file, format: format, into: target) != nil)
            guard format != .packedBFloat16 else { continue }
            let codeBytes = format == .packedInt8 ? 1024 : 512
            for scale in 0..<32 {
                let bits = target.loadUnaligned(fromByteOffset: codeBytes + 2 * scale, as: UInt16.self)
                #expect(Float16(bitPattern: bits).isFinite)
            }
        }
    }
}
