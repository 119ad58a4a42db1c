import CKernels
import Glibc

/// The processor: kernels in C, work divided among a team of threads.
package final class CPUDevice: Device {
    /// Multiplications below which an operation is not worth waking other threads for.
    static let smallestSharedWork = 1 << 18

    package let variant: KernelVariant
    /// The variant's functions; a table that is never written.
    nonisolated(unsafe) let kernels: UnsafePointer<ck_kernels>
    package let team: ThreadTeam
    let activations = ActivationPool()

    /// - Parameters:
    ///   - threadCount: Threads that compute, the caller's among them.
    ///   - pinsThreads: Whether each of the others keeps to one core.
    ///   - variant: The kernels to use.
    /// - Throws: `ComputeError.unsupportedKernels`.
    package init(threadCount: Int, pinsThreads: Bool = false, variant: KernelVariant = .best) throws(ComputeError) {
        guard let table = variant.table else { throw .unsupportedKernels(variant) }
        self.variant = variant
        kernels = table
        team = ThreadTeam(threadCount: threadCount, pinsThreads: pinsThreads)
    }

    /// How many threads compute.
    package var threadCount: Int { team.threadCount }

    /// Calls `body` with ranges that together are `0..<count`: on all threads if `work` multiplications are worth it.
    ///
    /// Ranges are cut at multiples of `step`; more than one for each thread even out threads of different speed.
    func divide(_ count: Int, step: Int = 1, sharesPerThread: Int = 1, work: Int, _ body: (Range<Int>) -> Void) {
        if work < CPUDevice.smallestSharedWork || team.threadCount == 1 {
            body(0..<count)
        } else {
            team.divide(count, step: step, sharesPerThread: sharesPerThread, body)
        }
    }

    package func makeBuffer(count: Int) throws(ComputeError) -> DeviceBuffer {
        let (bytes, hasOverflown) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        guard !hasOverflown,
            let map = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), map != MAP_FAILED
        else { throw .outOfMemory(bytes: hasOverflown ? Int.max : bytes) }
        LargePages.advise(map, byteCount: bytes)
        return DeviceBuffer(address: map.bindMemory(to: Float.self, capacity: max(count, 1)), count: count) {
            munmap($0, bytes)
        }
    }

    package func place(
        _ tensor: StoredTensor,
        format: WeightFormat,
        rowCount: Int,
        columnCount: Int
    ) throws(ComputeError) -> WeightMatrix {
        precondition(tensor.byteRange.count == format.byteCount(rowCount: rowCount, columnCount: columnCount))
        guard let address = tensor.withBytes({ $0.baseAddress }) else {
            preconditionFailure("a matrix without numbers")
        }
        // The matrix keeps the file and with it the address alive.
        return WeightMatrix(
            format: format,
            rowCount: rowCount,
            columnCount: columnCount,
            address: address,
            owner: tensor.file
        )
    }

    package func write(_ values: UnsafeBufferPointer<Float>, to buffer: DeviceBuffer, at offset: Int) {
        precondition(offset >= 0 && offset + values.count <= buffer.count)
        guard let source = values.baseAddress else { return }
        (buffer.address + offset).update(from: source, count: values.count)
    }

    package func read(_ range: Range<Int>, of buffer: DeviceBuffer, into target: UnsafeMutablePointer<Float>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        target.update(from: buffer.address + range.lowerBound, count: range.count)
    }

    package func hostView(of buffer: DeviceBuffer, count: Int) -> UnsafeBufferPointer<Float> {
        precondition(count <= buffer.count)
        return UnsafeBufferPointer(start: buffer.address, count: count)
    }

    package func copy(_ range: Range<Int>, of buffer: DeviceBuffer, to target: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        precondition(
            target >= 0 && target + range.count <= buffer.count && abs(target - range.lowerBound) >= range.count
        )
        let (source, destination) = (buffer.address + range.lowerBound, buffer.address + target)
        divide(range.count, step: 1024, work: range.count) { part in
            (destination + part.lowerBound).update(from: source + part.lowerBound, count: part.count)
        }
    }

    package func clear(_ range: Range<Int>, of buffer: DeviceBuffer) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        (buffer.address + range.lowerBound).update(repeating: 0, count: range.count)
    }
}

extension WeightFormat {
    /// The kernels' name of a format of rows.
    var kernelFormat: ck_format {
        switch self {
        case .float32: CK_F32
        case .bfloat16: CK_BF16
        case .float16: CK_F16
        case .packedBFloat16, .packedInt8, .packedInt4, .packedCodebook4: preconditionFailure("a packed format")
        }
    }
}
