import Foundation
import OrderedJSON

/// The specification written down once more, slowly and in double precision, for configurations that no fixture has.
struct ReferenceModel {
    typealias Row = [Double]

    let checkpoint: Checkpoint
    let prefix: String

    private func number(_ key: String, or fallback: Int = 1) -> Int { checkpoint.config[key]?.integer ?? fallback }

    private func vector(_ name: String) -> Row? { checkpoint.tensors[name]?.values.map(Double.init) }

    private func linear(_ input: Row, _ name: String) -> Row {
        guard let weights = vector(name + ".weight") else { return [] }
        let bias = vector(name + ".bias")
        return (0..<(weights.count / input.count)).map { row -> Double in
            var sum = bias?[row] ?? 0
            for (column, value) in input.enumerated() { sum += value * weights[row * input.count + column] }
            return sum
        }
    }

    private func norm(_ input: Row, _ gain: Row) -> Row {
        let mean = input.reduce(0) { $0 + $1 * $1 } / Double(input.count)
        return zip(input, gain).map { $0 / (mean + 1e-5).squareRoot() * $1 }
    }

    private func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

    /// Logits of all tokens.
    func logits(_ tokens: [Int32]) -> [Row] {
        let hidden = number("hidden_size")
        let embeddings = vector(prefix + "embeddings.weight") ?? []
        var rows = tokens.map { Array(embeddings[(Int($0) * hidden)..<((Int($0) + 1) * hidden)]) }
        for (index, mark) in (checkpoint.config["hybrid_override_pattern"]?.string ?? "").enumerated() {
            let name = "\(prefix)layers.\(index)."
            let inputs = rows.map { norm($0, vector(name + "norm.weight") ?? []) }
            let outputs =
                switch mark {
                case "M": mamba(inputs, name + "mixer.")
                case "*": attention(inputs, name + "mixer.")
                case "-": inputs.map { mlp($0, name + "mixer.") }
                default: inputs.map { experts($0, name + "mixer.") }
                }
            rows = zip(rows, outputs).map { zip($0, $1).map(+) }
        }
        let isTied = checkpoint.config["tie_word_embeddings"]?.bool ?? false
        let head = isTied ? prefix + "embeddings" : "lm_head"
        return rows.map { linear(norm($0, vector(prefix + "norm_f.weight") ?? []), head) }
    }

    private func mlp(_ input: Row, _ name: String) -> Row {
        linear(linear(input, name + "up_proj").map { max($0, 0) * max($0, 0) }, name + "down_proj")
    }

    private func mamba(_ inputs: [Row], _ name: String) -> [Row] {
        let (heads, dim, groups, size) = (
            number("mamba_num_heads"), number("mamba_head_dim"), number("n_groups"), number("ssm_state_size")
        )
        let (inner, taps) = (heads * dim, number("conv_kernel"))
        let channels = inner + 2 * groups * size
        let conv = vector(name + "conv1d.weight") ?? []
        let bias = vector(name + "conv1d.bias") ?? Row(repeating: 0, count: channels)
        let decay = (vector(name + "A_log") ?? []).map { -exp($0) }
        let (skip, stepBias) = (vector(name + "D") ?? [], vector(name + "dt_bias") ?? [])
        let gain = vector(name + "norm.weight") ?? []
        let limits = checkpoint.config["time_step_limit"]?.array?.compactMap(\.number) ?? [0, .infinity]
        let projected = inputs.map { linear($0, name + "in_proj") }
        var state = Row(repeating: 0, count: inner * size)
        return projected.indices.map { t in
            let mixed = (0..<channels).map { c -> Double in
                var sum = bias[c]
                for k in 0..<taps where t - (taps - 1) + k >= 0 {
                    sum += conv[c * taps + k] * projected[t - (taps - 1) + k][inner + c]
                }
                return silu(sum)
            }
            var y = Row(repeating: 0, count: inner)
            for head in 0..<heads {
                let group = head / (heads / groups)
                let raw = log1p(exp(projected[t][inner + channels + head] + stepBias[head]))
                let dt = min(max(raw, limits[0]), limits[1])
                for p in (head * dim)..<((head + 1) * dim) {
                    y[p] = skip[head] * mixed[p]
                    for n in 0..<size {
                        let (b, c) = (mixed[inner + group * size + n], mixed[inner + (groups + group) * size + n])
                        state[p * size + n] = exp(dt * decay[head]) * state[p * size + n] + dt * mixed[p] * b
                        y[p] += state[p * size + n] * c
                    }
                }
            }
            y = zip(y, projected[t]).map { $0 * silu($1) }
            let width = inner / groups
            let normed = (0..<groups).flatMap { group in
                let part = (group * width)..<((group + 1) * width)
                return norm(Array(y[part]), Array(gain[part]))
            }
            return linear(normed, name + "out_proj")
        }
    }

    private func attention(_ inputs: [Row], _ name: String) -> [Row] {
        let (heads, shared, dim) = (number("num_attention_heads"), number("num_key_value_heads"), number("head_dim"))
        let (q, k, v) = (
            inputs.map { linear($0, name + "q_proj") }, inputs.map { linear($0, name + "k_proj") },
            inputs.map { linear($0, name + "v_proj") }
        )
        return inputs.indices.map { t in
            let output = (0..<heads).flatMap { head -> Row in
                let key = head / (heads / shared) * dim
                let weights = (0...t).map { s -> Double in
                    var score = 0.0
                    for d in 0..<dim { score += q[t][head * dim + d] * k[s][key + d] }
                    return exp(score / Double(dim).squareRoot())
                }
                let total = weights.reduce(0, +)
                return (0..<dim).map { d -> Double in
                    var sum = 0.0
                    for s in 0...t { sum += weights[s] * v[s][key + d] }
                    return sum / total
                }
            }
            return linear(output, name + "o_proj")
        }
    }

    private func experts(_ input: Row, _ name: String) -> Row {
        let (count, groups) = (number("n_routed_experts"), number("n_group"))
        let scores = linear(input, name + "gate").map { 1 / (1 + exp(-$0)) }
        var choices = zip(scores, vector(name + "gate.e_score_correction_bias") ?? []).map(+)
        let size = count / groups
        let groupScores = (0..<groups).map { group in
            choices[(group * size)..<((group + 1) * size)].sorted(by: >).prefix(2).reduce(0, +)
        }
        let open = (0..<groups).sorted { groupScores[$0] > groupScores[$1] }.prefix(number("topk_group"))
        for expert in 0..<count where !open.contains(expert / size) { choices[expert] = -.infinity }
        let chosen = (0..<count).sorted { choices[$0] > choices[$1] }.prefix(number("num_experts_per_tok"))
        let isNormalized = checkpoint.config["norm_topk_prob"]?.bool ?? true
        let total = isNormalized ? chosen.reduce(1e-20) { $0 + scores[$1] } : 1
        let scale = checkpoint.config["routed_scaling_factor"]?.number ?? 1
        let isLatent = checkpoint.config["moe_latent_size"] != nil
        let inner = isLatent ? linear(input, name + "fc1_latent_proj") : input
        var sum = Row(repeating: 0, count: inner.count)
        for expert in chosen {
            let output = mlp(inner, "\(name)experts.\(expert).")
            for index in sum.indices { sum[index] += scores[expert] / total * scale * output[index] }
        }
        if isLatent { sum = linear(sum, name + "fc2_latent_proj") }
        return zip(sum, mlp(input, name + "shared_experts.")).map(+)
    }
}
