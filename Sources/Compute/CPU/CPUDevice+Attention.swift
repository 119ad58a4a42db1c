import CKernels

extension CPUDevice {
    /// Rows of a sequence that one call of the kernel takes: enough to share what is read, few enough to share the work.
    private static let tileRows = 8
    /// Parts the work is cut into for each thread; later rows see more positions and cost more.
    private static let sharesPerThread = 8

    package func store(keys: RowBlock, values: RowBlock, spans: [SequenceSpan], cache: AttentionCache) {
        precondition(keys.columnCount == cache.headCount * cache.headDim && values.columnCount == keys.columnCount)
        precondition(keys.stride == values.stride)
        let rowCount = spans.reduce(0) { $0 + $1.rowCount }
        divide(cache.headCount, work: rowCount * keys.columnCount * 8) { heads in
            for span in spans {
                for head in heads {
                    cache.withHead(head, of: span) { kernelCache in
                        ck_store_tokens(
                            &kernelCache,
                            span.position,
                            span.rowCount,
                            keys.row(span.firstRow) + head * cache.headDim,
                            values.row(span.firstRow) + head * cache.headDim,
                            keys.stride
                        )
                    }
                }
            }
        }
    }

    package func attend(_ queries: RowBlock, spans: [SequenceSpan], cache: AttentionCache, into output: RowBlock) {
        precondition(queries.columnCount == cache.queryHeadCount * cache.headDim)
        precondition(output.columnCount == queries.columnCount && cache.blockTokens <= Int(CK_MAX_BLOCK_TOKENS))
        let tiles = spans.flatMap { span in
            stride(from: 0, to: span.rowCount, by: CPUDevice.tileRows).map {
                Tile(span: span, firstRow: $0, rowCount: min(CPUDevice.tileRows, span.rowCount - $0))
            }
        }
        let pairs = spans.reduce(0) { $0 + $1.rowCount * ($1.position + $1.rowCount) }
        divide(
            tiles.count * cache.headCount,
            sharesPerThread: CPUDevice.sharesPerThread,
            work: pairs * queries.columnCount * 2
        ) { items in
            for item in items {
                attend(tiles[item / cache.headCount], head: item % cache.headCount, queries, cache, output)
            }
        }
    }

    /// Some rows of one sequence.
    private struct Tile {
        var span: SequenceSpan
        /// Counted from the span's first row.
        var firstRow: Int
        var rowCount: Int
    }

    private func attend(_ tile: Tile, head: Int, _ queries: RowBlock, _ cache: AttentionCache, _ output: RowBlock) {
        let groupSize = cache.queryHeadCount / cache.headCount
        let row = tile.span.firstRow + tile.firstRow
        cache.withHead(head, of: tile.span) { kernelCache in
            // As many heads and rows as the kernel takes at once.
            for first in stride(from: 0, to: groupSize, by: Int(CK_MAX_QUERIES)) {
                let heads = min(groupSize - first, Int(CK_MAX_QUERIES))
                let rowsAtOnce = Int(CK_MAX_QUERIES) / heads
                let column = (head * groupSize + first) * cache.headDim
                for start in stride(from: 0, to: tile.rowCount, by: rowsAtOnce) {
                    var job = ck_attention(
                        cache: kernelCache,
                        queries: queries.row(row + start) + column,
                        query_stride: queries.stride,
                        row_count: min(rowsAtOnce, tile.rowCount - start),
                        head_count: heads,
                        scale: 1 / Float(cache.headDim).squareRoot(),
                        first_position: tile.span.position + tile.firstRow + start,
                        output: output.row(row + start) + column,
                        output_stride: output.stride
                    )
                    kernels.pointee.attend(&job)
                }
            }
        }
    }
}

extension AttentionCache {
    /// Calls `body` with one head's part of the cache as the kernels see it.
    fileprivate func withHead(_ head: Int, of span: SequenceSpan, _ body: (inout ck_cache) -> Void) {
        span.blocks.withUnsafeBufferPointer { blocks in
            guard let blocks = blocks.baseAddress else { preconditionFailure("a sequence without blocks") }
            let start = UnsafeMutableRawPointer(buffer.address + offset)
            var cache = ck_cache(
                keys: start + head * keyStride * format.byteCount,
                values: start + (valueOffset + head * valueStride) * format.byteCount,
                format: format == .float32 ? CK_F32 : CK_BF16,
                blocks: blocks,
                block_stride: blockStride * 4 / format.byteCount,
                block_tokens: blockTokens,
                head_dim: headDim
            )
            body(&cache)
        }
    }
}
