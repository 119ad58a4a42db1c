import CKernels
import Synchronization

extension CPUDevice {
    /// What packing lost.
    package struct PackingLoss: Sendable, Equatable {
        /// Sums of squares over the weights: of what is missing, and of the weights.
        package var error = 0.0
        package var total = 0.0

        /// The root of the mean square error over that of the weights; 0 for weights that are all 0.
        package var relative: Double { total > 0 ? (error / total).squareRoot() : 0 }

        package init() {}

        package mutating func add(_ other: PackingLoss) {
            error += other.error
            total += other.total
        }
    }

    /// Packs a stored matrix for the kernels, on all threads.
    ///
    /// - Parameters:
    ///   - tensor: Rows of floats, bf16 or fp16; what comes before the last dimension counts as rows.
    ///   - format: A packed one.
    ///   - target: As many bytes as the format demands, aligned to 64.
    /// - Returns: What was lost; `nil` if there are weights that are not finite.
    package func pack(
        _ tensor: StoredTensor,
        format: WeightFormat,
        into target: UnsafeMutableRawBufferPointer
    ) -> PackingLoss? {
        let rowCount = tensor.shape.dropLast().reduce(1, *)
        let columnCount = tensor.shape.last ?? 1
        guard let source = tensor.format, !source.isPacked, let start = target.baseAddress,
            let needed = format.byteCount(rowCount: rowCount, columnCount: columnCount), needed <= target.count
        else { preconditionFailure("nothing that can be packed") }
        nonisolated(unsafe) let output = start
        let groupRows = Int(CK_GROUP_ROWS)
        let groupCount = (rowCount + groupRows - 1) / groupRows
        let (groupBytes, rowBytes) = (needed / groupCount, tensor.byteRange.count / rowCount)
        let total = Mutex((loss: PackingLoss(), badCount: Int64(0)))
        tensor.withBytes { bytes in
            guard let rows = bytes.baseAddress else { return }
            nonisolated(unsafe) let input = rows
            divide(groupCount, sharesPerThread: 16, work: rowCount * columnCount) { groups in
                var (loss, badCount) = (PackingLoss(), Int64(0))
                withUnsafeTemporaryAllocation(of: Float.self, capacity: groupRows * columnCount) { wide in
                    guard let wide = wide.baseAddress else { return }
                    for group in groups {
                        let first = group * groupRows
                        let count = min(groupRows, rowCount - first)
                        kernels.pointee.widen(input + first * rowBytes, source.kernelFormat, count * columnCount, wide)
                        let lost = ck_pack_group(
                            wide,
                            columnCount,
                            count,
                            columnCount,
                            Int32(format.packedKernelFormat.rawValue),
                            output + group * groupBytes
                        )
                        loss.error += lost.error
                        loss.total += lost.total
                        badCount += lost.bad_count
                    }
                }
                let share = (loss: loss, badCount: badCount)
                total.withLock {
                    $0.loss.add(share.loss)
                    $0.badCount += share.badCount
                }
            }
        }
        return total.withLock { $0.badCount == 0 ? $0.loss : nil }
    }
}
