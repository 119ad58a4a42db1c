import CKernels

extension CPUDevice {
    package func mixExperts(
        _ input: RowBlock,
        scores: RowBlock,
        routing: ExpertRouting,
        experts: [ExpertWeights],
        scratch: ExpertScratch,
        into output: RowBlock
    ) {
        precondition(scores.columnCount == experts.count && routing.correction.count == experts.count)
        for row in 0..<scores.rowCount {
            chooseExperts(UnsafeMutableBufferPointer(start: scores.row(row), count: experts.count), routing)
        }
        // In the order of the experts, so that a row's sum does not depend on the other rows.
        for (index, expert) in experts.enumerated() {
            mixExpert(index, expert, input, weights: scores, scratch: scratch, into: output)
        }
    }

    /// Turns a row of raw scores into the experts' weights, 0 for those that were not chosen.
    private func chooseExperts(_ scores: UnsafeMutableBufferPointer<Float>, _ routing: ExpertRouting) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * scores.count) { scratch in
            let choices = UnsafeMutableBufferPointer(rebasing: scratch[..<scores.count])
            let weights = UnsafeMutableBufferPointer(rebasing: scratch[scores.count...])
            for index in 0..<scores.count {
                scores[index] = ck_sigmoid(scores[index])
                choices[index] = scores[index] + routing.correction[index]
                weights[index] = 0
            }
            closeGroups(choices, routing)
            var total: Float = 0
            for _ in 0..<routing.chosenCount {
                let chosen = indexOfLargest(choices)
                choices[chosen] = -.infinity
                weights[chosen] = scores[chosen]
                total += scores[chosen]
            }
            let scale = routing.normalizesWeights ? 1 / (total + 1e-20) : 1
            for index in 0..<scores.count { scores[index] = weights[index] * scale * routing.scale }
        }
    }

    /// Leaves only the groups with the largest sums of their two best choices.
    private func closeGroups(_ choices: UnsafeMutableBufferPointer<Float>, _ routing: ExpertRouting) {
        guard routing.openGroupCount < routing.groupCount else { return }
        let size = choices.count / routing.groupCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: routing.groupCount) { groups in
            for group in 0..<routing.groupCount {
                var (best, second) = (-Float.infinity, -Float.infinity)
                for choice in choices[group * size..<(group + 1) * size] {
                    second = max(second, min(best, choice))
                    best = max(best, choice)
                }
                groups[group] = size > 1 ? best + second : best
            }
            for _ in 0..<routing.openGroupCount { groups[indexOfLargest(groups)] = .nan }
            for group in 0..<routing.groupCount where !groups[group].isNaN {
                for index in group * size..<(group + 1) * size { choices[index] = -.infinity }
            }
        }
    }

    /// The first of the largest values; those that are not numbers are passed over.
    private func indexOfLargest(_ values: UnsafeMutableBufferPointer<Float>) -> Int {
        var best = 0
        for index in 1..<max(values.count, 1) where values[index] > values[best] || values[best].isNaN { best = index }
        return best
    }

    private func mixExpert(
        _ index: Int,
        _ expert: ExpertWeights,
        _ input: RowBlock,
        weights: RowBlock,
        scratch: ExpertScratch,
        into output: RowBlock
    ) {
        var count = 0
        for row in 0..<input.rowCount where weights.row(row)[index] != 0 {
            (scratch.inputs.address + count * input.columnCount).update(from: input.row(row), count: input.columnCount)
            count += 1
        }
        guard count > 0 else { return }
        let hidden = scratch.hidden.rows(count, expert.up.rowCount)
        let results = scratch.outputs.rows(count, expert.down.rowCount)
        let inputs = scratch.inputs.rows(count, input.columnCount)
        multiply(inputs, expert.up, bias: expert.upBias, squaringReLU: false, into: hidden, accumulating: false)
        multiply(hidden, expert.down, bias: expert.downBias, squaringReLU: true, into: results, accumulating: false)
        var source = 0
        for row in 0..<input.rowCount where weights.row(row)[index] != 0 {
            kernels.pointee.add_scaled(
                output.row(row),
                results.row(source),
                weights.row(row)[index],
                output.columnCount
            )
            source += 1
        }
    }
}
