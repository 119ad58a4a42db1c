import CKernels

extension CPUDevice {
    package func store(keys: RowBlock, values: RowBlock, spans: [SequenceSpan], cache: AttentionCache) {
        precondition(keys.columnCount == cache.headCount * cache.headDim && values.columnCount == keys.columnCount)
        for span in spans {
            for index in 0..<span.rowCount {
                let position = span.position + index
                let block = Int(span.blocks[position / cache.blockTokens])
                let row = span.firstRow + index
                var target = cache.buffer.address + block * cache.blockStride + cache.offset
                target += position % cache.blockTokens * cache.headDim
                for head in 0..<cache.headCount {
                    let source = head * cache.headDim
                    target.update(from: keys.row(row) + source, count: cache.headDim)
                    (target + cache.valueOffset).update(from: values.row(row) + source, count: cache.headDim)
                    target += cache.headStride
                }
            }
        }
    }

    package func attend(_ queries: RowBlock, spans: [SequenceSpan], cache: AttentionCache, into output: RowBlock) {
        precondition(queries.columnCount == cache.queryHeadCount * cache.headDim)
        precondition(output.columnCount == queries.columnCount && cache.blockTokens <= Int(CK_MAX_BLOCK_TOKENS))
        let pairs = spans.reduce(0) { $0 + $1.rowCount * ($1.position + $1.rowCount) }
        let work = pairs * queries.columnCount * 2
        let threadCount = work < CPUDevice.smallestSharedWork ? 1 : team.threadCount
        if threadCount == 1 {
            attendShare(0, of: 1, queries, spans: spans, cache: cache, into: output)
        } else {
            team.run { attendShare($0, of: threadCount, queries, spans: spans, cache: cache, into: output) }
        }
    }

    /// Every `shareCount`-th pair of a row and a key head: neighbours cost about the same, so the shares do too.
    private func attendShare(
        _ share: Int,
        of shareCount: Int,
        _ queries: RowBlock,
        spans: [SequenceSpan],
        cache: AttentionCache,
        into output: RowBlock
    ) {
        let groupSize = cache.queryHeadCount / cache.headCount
        var item = 0
        for span in spans {
            span.blocks.withUnsafeBufferPointer { blocks in
                guard let blocks = blocks.baseAddress else { preconditionFailure("a sequence without blocks") }
                for index in 0..<span.rowCount {
                    for head in 0..<cache.headCount {
                        defer { item += 1 }
                        guard item % shareCount == share else { continue }
                        let keys = cache.buffer.address + cache.offset + head * cache.headStride
                        let start = head * groupSize * cache.headDim
                        var job = ck_attention(
                            queries: queries.row(span.firstRow + index) + start,
                            head_count: groupSize,
                            head_dim: cache.headDim,
                            scale: 1 / Float(cache.headDim).squareRoot(),
                            keys: keys,
                            values: keys + cache.valueOffset,
                            blocks: blocks,
                            block_stride: cache.blockStride,
                            block_tokens: cache.blockTokens,
                            position_count: span.position + index + 1,
                            output: output.row(span.firstRow + index) + start
                        )
                        kernels.pointee.attend(&job)
                    }
                }
            }
        }
    }
}
