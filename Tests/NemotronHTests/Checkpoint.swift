import Compute
import Foundation
import NemotronH
import OrderedJSON

/// A small random checkpoint that tests make, change and write to a folder of its own.
struct Checkpoint {
    struct Tensor {
        var type: TensorType
        var shape: [Int]
        /// What is stored; already rounded to `type`.
        var values: [Float]
    }

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoint-\(UUID().uuidString)")
    var config: JSONObject
    var tensors: [String: Tensor] = [:]

    /// A config that uses every kind of layer; `changes` replaces fields, `null` removes them.
    static func config(_ changes: JSONObject = [:]) -> JSONObject {
        var config: JSONObject = [
            "model_type": "nemotron_h", "vocab_size": 40, "hidden_size": 24, "hybrid_override_pattern": "M*-E",
            "num_hidden_layers": 4, "max_position_embeddings": 512, "layer_norm_epsilon": 1e-5, "intermediate_size": 20,
            "mamba_num_heads": 4, "mamba_head_dim": 6, "n_groups": 2, "ssm_state_size": 5, "conv_kernel": 4,
            "use_conv_bias": true, "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 10,
            "n_routed_experts": 8, "num_experts_per_tok": 3, "moe_intermediate_size": 18,
            "moe_shared_expert_intermediate_size": 14, "routed_scaling_factor": 2.5, "eos_token_id": 12,
        ]
        for (key, value) in changes { config[key] = value.isNull ? nil : value }
        return config
    }

    /// Random tensors for a config, by the table of the specification.
    init(_ config: JSONObject, seed: UInt64 = 1, type: TensorType = .float32, prefix: String = "backbone.") {
        self.config = config
        var random = SeededGenerator(seed: seed)
        func number(_ key: String, or fallback: Int = 1) -> Int { config[key]?.integer ?? fallback }
        func flag(_ key: String) -> Bool { config[key]?.bool ?? false }
        func add(_ name: String, _ shape: [Int], center: Float = 0, scale: Float = 1, as type: TensorType) {
            let values = (0..<shape.reduce(1, *)).map { _ in
                Checkpoint.rounded(center + Float.random(in: -scale...scale, using: &random), to: type)
            }
            tensors[name] = Tensor(type: type, shape: shape, values: values)
        }
        func linear(_ name: String, _ rows: Int, _ columns: Int, bias: Bool) {
            add(name + ".weight", [rows, columns], scale: 1.7 / Float(columns).squareRoot(), as: type)
            if bias { add(name + ".bias", [rows], scale: 0.5, as: type) }
        }
        let (hidden, vocabulary) = (number("hidden_size"), number("vocab_size"))
        let bias = flag("mlp_bias")
        add(prefix + "embeddings.weight", [vocabulary, hidden], as: type)
        for (index, mark) in (config["hybrid_override_pattern"]?.string ?? "").enumerated() {
            let name = "\(prefix)layers.\(index)."
            add(name + "norm.weight", [hidden], center: 1, scale: 0.2, as: type)
            let mixer = name + "mixer."
            switch mark {
            case "M":
                let heads = number("mamba_num_heads")
                let inner = heads * number("mamba_head_dim")
                let channels = inner + 2 * number("n_groups") * number("ssm_state_size")
                linear(mixer + "in_proj", inner + channels + heads, hidden, bias: flag("use_bias"))
                linear(mixer + "out_proj", hidden, inner, bias: flag("use_bias"))
                add(mixer + "conv1d.weight", [channels, 1, number("conv_kernel")], as: type)
                if flag("use_conv_bias") { add(mixer + "conv1d.bias", [channels], as: type) }
                add(mixer + "A_log", [heads], center: 0.5, as: .float32)
                add(mixer + "D", [heads], center: 1, as: .float32)
                add(mixer + "dt_bias", [heads], center: -1, as: .float32)
                add(mixer + "norm.weight", [inner], center: 1, scale: 0.2, as: type)
            case "*":
                let size = number("head_dim")
                let (queries, keys) = (number("num_attention_heads") * size, number("num_key_value_heads") * size)
                linear(mixer + "q_proj", queries, hidden, bias: flag("attention_bias"))
                linear(mixer + "k_proj", keys, hidden, bias: flag("attention_bias"))
                linear(mixer + "v_proj", keys, hidden, bias: flag("attention_bias"))
                linear(mixer + "o_proj", hidden, queries, bias: flag("attention_bias"))
            case "-":
                linear(mixer + "up_proj", number("intermediate_size"), hidden, bias: bias)
                linear(mixer + "down_proj", hidden, number("intermediate_size"), bias: bias)
            default:
                let experts = number("n_routed_experts")
                let width = number("moe_latent_size", or: hidden)
                add(mixer + "gate.weight", [experts, hidden], scale: 0.4, as: type)
                add(mixer + "gate.e_score_correction_bias", [experts], scale: 0.3, as: .float32)
                for expert in 0..<experts {
                    linear("\(mixer)experts.\(expert).up_proj", number("moe_intermediate_size"), width, bias: bias)
                    linear("\(mixer)experts.\(expert).down_proj", width, number("moe_intermediate_size"), bias: bias)
                }
                let shared = number("moe_shared_expert_intermediate_size") * number("n_shared_experts")
                linear(mixer + "shared_experts.up_proj", shared, hidden, bias: bias)
                linear(mixer + "shared_experts.down_proj", hidden, shared, bias: bias)
                if width != hidden {
                    linear(mixer + "fc1_latent_proj", width, hidden, bias: bias)
                    linear(mixer + "fc2_latent_proj", hidden, width, bias: bias)
                }
            }
        }
        add(prefix + "norm_f.weight", [hidden], center: 1, scale: 0.2, as: type)
        if !flag("tie_word_embeddings") { linear("lm_head", vocabulary, hidden, bias: false) }
    }

    private static func rounded(_ value: Float, to type: TensorType) -> Float {
        switch type {
        case .float16: Float(Float16(value))
        case .bfloat16: Float(bitPattern: value.bitPattern & 0xFFFF_0000)
        default: value
        }
    }

    /// Writes the files; nothing is aligned, as the data start at an odd offset.
    func write() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(JSONValue.object(config).utf8()).write(to: folder.appendingPathComponent("config.json"))
        var header = JSONObject()
        var data = Data()
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = data.count
            for value in tensor.values {
                switch tensor.type {
                case .float16: withUnsafeBytes(of: Float16(value).bitPattern) { data.append(contentsOf: $0) }
                case .bfloat16: withUnsafeBytes(of: UInt16(value.bitPattern >> 16)) { data.append(contentsOf: $0) }
                default: withUnsafeBytes(of: value.bitPattern) { data.append(contentsOf: $0) }
                }
            }
            header[name] = [
                "dtype": .string(tensor.type.rawValue),
                "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
                "data_offsets": [.integer(Int64(start)), .integer(Int64(data.count))],
            ]
        }
        var bytes = JSONValue.object(header).utf8()
        bytes.append(contentsOf: Array(repeating: UInt8(ascii: " "), count: bytes.count % 2 == 0 ? 1 : 0))
        let length = withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Data($0) }
        try (length + Data(bytes) + data).write(to: folder.appendingPathComponent("model.safetensors"))
    }

    /// Writes the files, loads them, and removes them again.
    func load() throws -> NemotronHModel {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write()
        return try NemotronHModel(directory: folder.path, device: try CPUDevice(threadCount: 1))
    }
}
