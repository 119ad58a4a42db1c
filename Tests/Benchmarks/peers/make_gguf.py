"""Writes a `nemotron_h` GGUF file of a config.json, a tensor's rows at a time.

    python make_gguf.py --config config.json --weights q4_0 -o FILE [--exact]

Without `--exact` the quantized blocks are random bits with plausible scales, which is quick and enough to measure
speed. With it they are the values of `shapes.py` (the same that `make_checkpoint.py` writes), quantized by the `gguf`
package. Either way the embedding and the head are Q8_0 (BF16 for `--weights bf16`), as on the other side of the
comparison, and everything that is not a matrix is float32.
"""

import argparse
import os
import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

from shapes import Shape, to_bfloat16

ARCHITECTURE = "nemotron_h"
BLOCK = 32
CHUNK_BLOCKS = 1 << 20
TYPES = {
    "q4_0": (Type.Q4_0, Type.Q8_0, gguf.LlamaFileType.MOSTLY_Q4_0),
    "q8_0": (Type.Q8_0, Type.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
    "bf16": (Type.BF16, Type.BF16, gguf.LlamaFileType.MOSTLY_BF16),
}
# The standard deviation of a block of uniformly random bits at scale 1.
RANDOM_SPREAD = {Type.Q4_0: 4.61, Type.Q8_0: 73.9}
NAMES = {
    "backbone.embeddings.weight": "token_embd.weight",
    "backbone.norm_f.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
    "norm.weight": "attn_norm.weight",
    "mixer.in_proj.weight": "ssm_in.weight",
    "mixer.conv1d.weight": "ssm_conv1d.weight",
    "mixer.conv1d.bias": "ssm_conv1d.bias",
    "mixer.A_log": "ssm_a",
    "mixer.D": "ssm_d",
    "mixer.dt_bias": "ssm_dt.bias",
    "mixer.norm.weight": "ssm_norm.weight",
    "mixer.out_proj.weight": "ssm_out.weight",
    "mixer.q_proj.weight": "attn_q.weight",
    "mixer.k_proj.weight": "attn_k.weight",
    "mixer.v_proj.weight": "attn_v.weight",
    "mixer.o_proj.weight": "attn_output.weight",
    "mixer.up_proj.weight": "ffn_up.weight",
    "mixer.down_proj.weight": "ffn_down.weight",
}


def file_name(name):
    """The name of a checkpoint's tensor in a GGUF file."""
    if not name.startswith("backbone.layers."):
        return NAMES[name]
    index, _, rest = name.removeprefix("backbone.layers.").partition(".")
    return f"blk.{index}.{NAMES[rest]}"


def file_shape(tensor, shape):
    """The shape of a tensor in a GGUF file: vectors of the Mamba layers have a second axis there."""
    part = tensor.name.rpartition("mixer.")[2] if ".mixer." in tensor.name else ""
    if part in ("A_log", "D"):
        return (tensor.shape[0], 1)
    if part == "conv1d.weight":
        return (tensor.shape[0], tensor.shape[2])
    if part == "norm.weight":
        return (shape.groups, tensor.shape[0] // shape.groups)
    return tensor.shape


def random_blocks(tensor, kind):
    """Random bits as blocks of 32 values, with scales that give the tensor's spread."""
    block_bytes = gguf.GGML_QUANT_SIZES[kind][1]
    generator = np.random.Generator(np.random.SFC64(len(tensor.name)))
    scale = np.frombuffer(np.float16(tensor.spread / RANDOM_SPREAD[kind]).tobytes(), np.uint8)
    blocks = tensor.count // BLOCK
    for start in range(0, blocks, CHUNK_BLOCKS):
        count = min(CHUNK_BLOCKS, blocks - start)
        bits = np.frombuffer(generator.bytes(count * block_bytes), np.uint8).reshape(count, block_bytes).copy()
        bits[:, :2] = scale
        yield bits


def stored_chunks(tensor, kind, exact):
    """The bytes of a tensor as they stand in the file."""
    if kind in RANDOM_SPREAD and not exact:
        yield from random_blocks(tensor, kind)
        return
    for values in tensor.chunks():
        if tensor.kind == "decay":
            values = -np.exp(values)
        if kind == Type.F32:
            yield values
        elif kind == Type.BF16:
            yield to_bfloat16(values)
        else:
            yield gguf.quants.quantize(values, kind)


def add_metadata(writer, shape, file_type):
    """The sizes, and a vocabulary of the single bytes, filled up with made-up words."""
    layers = len(shape.pattern)
    writer.add_name(f"random {shape.parameter_count / 1e9:.1f}B")
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_block_count(layers)
    writer.add_context_length(shape.config["max_position_embeddings"])
    writer.add_embedding_length(shape.hidden)
    writer.add_vocab_size(shape.vocabulary)
    # llama.cpp tells the layers apart by these lists: no keys and no MLP is Mamba, an MLP is an MLP.
    writer.add_feed_forward_length([shape.intermediate if kind == "-" else 0 for kind in shape.pattern])
    writer.add_head_count([shape.query_heads] * layers)
    writer.add_head_count_kv([shape.key_heads if kind == "*" else 0 for kind in shape.pattern])
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_layer_norm_eps(shape.epsilon)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_ssm_conv_kernel(shape.kernel)
    writer.add_ssm_inner_size(shape.inner)
    writer.add_ssm_state_size(shape.state)
    writer.add_ssm_group_count(shape.groups)
    writer.add_ssm_time_step_rank(shape.mamba_heads)
    add_vocabulary(writer, shape.vocabulary)


def add_vocabulary(writer, count):
    """Byte-level tokens as GPT-2 spells them, without merges; the last token ends a turn."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    spelling = {byte: chr(byte) for byte in printable} | {byte: chr(256 + index) for index, byte in enumerate(others)}
    words = [spelling[byte] for byte in range(256)]
    words += [f"word{index}" for index in range(len(words), count)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    writer.add_token_types([gguf.TokenType.NORMAL] * (count - 1) + [gguf.TokenType.CONTROL])
    writer.add_token_merges(["word300 word301"])
    writer.add_eos_token_id(count - 1)
    writer.add_bos_token_id(count - 1)
    writer.add_add_bos_token(False)


def write(shape, weights, output, exact=False):
    """Writes the file, under another name until it is whole."""
    matrix_type, end_type, file_type = TYPES[weights]
    output = pathlib.Path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(output.name + ".part")
    writer = gguf.GGUFWriter(unfinished, ARCHITECTURE)
    add_metadata(writer, shape, file_type)
    plan = []
    for tensor in shape.tensors():
        kind = {"matrix": matrix_type, "embedding": end_type, "head": end_type}.get(tensor.kind, Type.F32)
        values, size = gguf.GGML_QUANT_SIZES[kind]
        stored = file_shape(tensor, shape)
        if stored[-1] % values:
            raise SystemExit(f"{tensor.name} has rows of {stored[-1]} values: {kind.name} needs a multiple of {values}.")
        byte_count = tensor.count // values * size
        writer.add_tensor_info(file_name(tensor.name), stored, np.dtype(np.float32), byte_count, raw_dtype=kind)
        plan.append((tensor, kind, byte_count))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    file = writer.fout[0]
    writer.write_padding(file, file.tell())
    for tensor, kind, byte_count in plan:
        written = 0
        for chunk in stored_chunks(tensor, kind, exact):
            chunk.tofile(file)
            written += chunk.nbytes
        if written != byte_count:
            raise SystemExit(f"{tensor.name}: {written} bytes were written where {byte_count} were announced.")
        writer.write_padding(file, byte_count)
    writer.close()
    os.replace(unfinished, output)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True)
    parser.add_argument("--weights", choices=sorted(TYPES), required=True)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    write(Shape.read(options.config), options.weights, options.output, options.exact)


if __name__ == "__main__":
    main()
