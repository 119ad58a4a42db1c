"""Writes a GGUF file of a nemotron_h shape with made-up weights, for speed comparisons with llama.cpp.

The shape is a config.json as `actuary bench decode --shape NAME --print-config` prints it. Weights are streamed to disk;
their values repeat, which does not matter for speed. The head is Q8_0 in both formats, as Actuary packs it.
"""

import argparse
import json

import gguf
import numpy as np

BLOCK = 32


def quantized_block(kind: gguf.GGMLQuantizationType, scale: float) -> np.ndarray:
    """Some thousand random blocks of that type, as bytes."""
    random = np.random.default_rng(1)
    count = 4093
    code_bytes = 16 if kind == gguf.GGMLQuantizationType.Q4_0 else 32
    scales = (scale * (0.5 + random.random(count))).astype(np.float16).view(np.uint8).reshape(count, 2)
    codes = random.integers(0, 256, (count, code_bytes), dtype=np.uint8)
    return np.concatenate([scales, codes], axis=1).reshape(-1)


class ShapeWriter:
    """Collects tensors of a shape, then writes them in order."""

    def __init__(self, config: dict, path: str, kind: gguf.GGMLQuantizationType):
        self.config = config
        self.kind = kind
        self.writer = gguf.GGUFWriter(path, "nemotron_h")
        self.tensors = []

    def quantized(self, name: str, rows: int, columns: int, kind=None):
        """A matrix of random blocks."""
        kind = kind or self.kind
        block_bytes = 18 if kind == gguf.GGMLQuantizationType.Q4_0 else 34
        row_bytes = columns // BLOCK * block_bytes
        self.writer.add_tensor_info(name, (rows, row_bytes), np.dtype(np.uint8), rows * row_bytes, raw_dtype=kind)
        # Sums over a row's products stay as large as one of its inputs.
        scale = columns**-0.5 / (4.6 if kind == gguf.GGMLQuantizationType.Q4_0 else 73)
        self.tensors.append((rows * row_bytes, quantized_block(kind, scale)))

    def floats(self, name: str, values: np.ndarray):
        """A small tensor."""
        values = np.ascontiguousarray(values, dtype=np.float32)
        self.writer.add_tensor_info(name, values.shape, values.dtype, values.nbytes)
        self.tensors.append((values.nbytes, values.reshape(-1).view(np.uint8)))

    def metadata(self):
        """What llama.cpp needs to know of the shape."""
        c, w = self.config, self.writer
        pattern = c["hybrid_override_pattern"]
        w.add_block_count(len(pattern))
        w.add_context_length(c["max_position_embeddings"])
        w.add_embedding_length(c["hidden_size"])
        w.add_feed_forward_length([c["intermediate_size"] if kind == "-" else 0 for kind in pattern])
        w.add_head_count(c["num_attention_heads"])
        w.add_head_count_kv([c["num_key_value_heads"] if kind == "*" else 0 for kind in pattern])
        w.add_key_length(c["head_dim"])
        w.add_value_length(c["head_dim"])
        w.add_layer_norm_rms_eps(c["rms_norm_eps"])
        w.add_layer_norm_eps(c["layer_norm_epsilon"])
        w.add_rope_dimension_count(c["head_dim"])
        w.add_ssm_conv_kernel(c["conv_kernel"])
        w.add_ssm_inner_size(c["mamba_num_heads"] * c["mamba_head_dim"])
        w.add_ssm_state_size(c["ssm_state_size"])
        w.add_ssm_time_step_rank(c["mamba_num_heads"])
        w.add_ssm_group_count(c["n_groups"])
        w.add_vocab_size(c["vocab_size"])
        w.add_tokenizer_model("gpt2")
        w.add_tokenizer_pre("gpt-2")
        w.add_token_list([f"<t{i}>" for i in range(c["vocab_size"])])
        w.add_token_types([gguf.TokenType.NORMAL] * c["vocab_size"])
        w.add_token_merges(["a b"])
        w.add_bos_token_id(1)
        w.add_eos_token_id(2)

    def layer(self, index: int, kind: str):
        """The tensors of one layer."""
        c, name, hidden = self.config, f"blk.{index}.", self.config["hidden_size"]
        self.floats(name + "attn_norm.weight", np.ones(hidden))
        if kind == "M":
            heads, inner = c["mamba_num_heads"], c["mamba_num_heads"] * c["mamba_head_dim"]
            channels = inner + 2 * c["n_groups"] * c["ssm_state_size"]
            random = np.random.default_rng(index)
            self.quantized(name + "ssm_in.weight", inner + channels + heads, hidden)
            self.floats(name + "ssm_conv1d.weight", random.random((channels, c["conv_kernel"])) - 0.5)
            self.floats(name + "ssm_conv1d.bias", random.random(channels) - 0.5)
            self.floats(name + "ssm_dt.bias", random.random(heads) - 0.5)
            self.floats(name + "ssm_a", -np.exp(random.random((heads, 1)) * 2.7))
            self.floats(name + "ssm_d", random.random((heads, 1)))
            self.floats(name + "ssm_norm.weight", np.ones((c["n_groups"], inner // c["n_groups"])))
            self.quantized(name + "ssm_out.weight", hidden, inner)
        elif kind == "*":
            queries, keys = c["num_attention_heads"] * c["head_dim"], c["num_key_value_heads"] * c["head_dim"]
            self.quantized(name + "attn_q.weight", queries, hidden)
            self.quantized(name + "attn_k.weight", keys, hidden)
            self.quantized(name + "attn_v.weight", keys, hidden)
            self.quantized(name + "attn_output.weight", hidden, queries)
        else:
            self.quantized(name + "ffn_up.weight", c["intermediate_size"], hidden)
            self.quantized(name + "ffn_down.weight", hidden, c["intermediate_size"])

    def write(self):
        """Everything, in the order of the file."""
        c = self.config
        self.metadata()
        self.quantized("token_embd.weight", c["vocab_size"], c["hidden_size"], gguf.GGMLQuantizationType.Q8_0)
        for index, kind in enumerate(c["hybrid_override_pattern"]):
            self.layer(index, kind)
        self.floats("output_norm.weight", np.ones(c["hidden_size"]))
        self.quantized("output.weight", c["vocab_size"], c["hidden_size"], gguf.GGMLQuantizationType.Q8_0)
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_ti_data_to_file()
        file = self.writer.fout[0]
        self.writer.write_padding(file, file.tell())
        for count, block in self.tensors:
            for start in range(0, count, block.nbytes * 256):
                part = min(block.nbytes * 256, count - start)
                file.write(np.resize(block, part).tobytes())
            self.writer.write_padding(file, count)
        self.writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("output")
    parser.add_argument("--type", choices=["Q4_0", "Q8_0"], required=True)
    arguments = parser.parse_args()
    with open(arguments.config) as file:
        config = json.load(file)
    ShapeWriter(config, arguments.output, gguf.GGMLQuantizationType[arguments.type]).write()


if __name__ == "__main__":
    main()
