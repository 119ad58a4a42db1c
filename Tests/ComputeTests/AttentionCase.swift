import CKernels
import Foundation

/// Attention of some heads over a paged cache, and the memory that it needs.
struct AttentionCase {
    let heads: Int
    let dim: Int
    let blockTokens: Int
    /// Positions stored; the queries are those of the last rows.
    let positions: Int
    let rows: Int
    let format: ck_format
    private let queries: [Float]
    private let keys: [Float]
    private let values: [Float]
    private let blocks: [Int32]

    init(
        heads: Int,
        dim: Int,
        blockTokens: Int,
        positions: Int,
        rows: Int = 1,
        scale: Float = 3,
        format: ck_format = CK_BF16
    ) {
        var random = KernelCase(seed: heads * 10_000 + dim * 100 + positions)
        (self.heads, self.dim, self.blockTokens) = (heads, dim, blockTokens)
        (self.positions, self.rows, self.format) = (positions, rows, format)
        let count = (positions + blockTokens - 1) / blockTokens
        queries = random.floats(positions * heads * dim, scale: scale)
        keys = random.floats(positions * dim)
        values = random.floats(positions * dim)
        blocks = (0..<Int32(count)).reversed()
    }

    /// The outputs of the last rows, stored and computed in pieces of at most `piece` rows.
    func result(_ kernels: ck_kernels, piece: Int = .max) -> [Float] {
        let keyCount = dim * ck_token_stride(blockTokens)
        let blockStride = keyCount + dim * blockTokens
        // Positions that nobody stored must not matter.
        let bytes = format == CK_F32 ? 4 : 2
        var memory = [UInt16](repeating: 0x7FC0, count: blocks.count * blockStride * bytes / 2)
        var output = [Float](repeating: .nan, count: rows * heads * dim)
        memory.withUnsafeMutableBufferPointer { memory in
            blocks.withUnsafeBufferPointer { blocks in
                output.withUnsafeMutableBufferPointer { output in
                    guard let start = memory.baseAddress.map(UnsafeMutableRawPointer.init),
                        let blocks = blocks.baseAddress,
                        let output = output.baseAddress
                    else { return }
                    let cache = ck_cache(
                        keys: start,
                        values: start + keyCount * bytes,
                        format: format,
                        blocks: blocks,
                        block_stride: blockStride,
                        block_tokens: blockTokens,
                        head_dim: dim
                    )
                    store(0..<(positions - rows), in: cache)
                    for first in stride(from: 0, to: rows, by: min(piece, rows)) {
                        let range = first..<min(first + min(piece, rows), rows)
                        attend(range, cache, kernels, into: output + first * heads * dim)
                    }
                }
            }
        }
        return output
    }

    private func store(_ range: Range<Int>, in cache: ck_cache) {
        keys.withUnsafeBufferPointer { keys in
            values.withUnsafeBufferPointer { values in
                guard let keys = keys.baseAddress, let values = values.baseAddress else { return }
                withUnsafePointer(to: cache) {
                    let at = range.lowerBound * dim
                    ck_store_tokens($0, range.lowerBound, range.count, keys + at, values + at, dim)
                }
            }
        }
    }

    private func attend(
        _ range: Range<Int>,
        _ cache: ck_cache,
        _ kernels: ck_kernels,
        into output: UnsafeMutablePointer<Float>
    ) {
        let first = positions - rows + range.lowerBound
        store(first..<(first + range.count), in: cache)
        queries.withUnsafeBufferPointer { queries in
            guard let queries = queries.baseAddress else { return }
            var job = ck_attention(
                cache: cache,
                queries: queries + first * heads * dim,
                query_stride: heads * dim,
                row_count: range.count,
                head_count: heads,
                scale: 1 / Float(dim).squareRoot(),
                first_position: first,
                output: output,
                output_stride: heads * dim
            )
            kernels.attend(&job)
        }
    }

    /// Softmax as the formula has it, in double precision, of the numbers as the cache rounds them.
    func exact() -> [Double] {
        func rounded(_ value: Float) -> Double {
            if format == CK_F32 { return Double(value) }
            let bits = value.bitPattern
            return Double(Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000))
        }
        return (0..<rows * heads).flatMap { item -> [Double] in
            let (row, head) = (positions - rows + item / heads, item % heads)
            let scores = (0...row).map { position in
                (0..<dim).reduce(0.0) {
                    $0 + Double(queries[(row * heads + head) * dim + $1]) * rounded(keys[position * dim + $1])
                } / Double(dim).squareRoot()
            }
            let top = scores.max() ?? 0
            let weights = scores.map { exp($0 - top) }
            let total = weights.reduce(0, +)
            return (0..<dim).map { d in
                (0...row).reduce(0.0) { $0 + weights[$1] * rounded(values[$1 * dim + d]) } / total
            }
        }
    }
}
