"""Writes a checkpoint in the Hugging Face layout with the random values of `shapes.py`.

    python make_checkpoint.py --config config.json --weights bf16|w8a8 -o FOLDER

`bf16` stores every tensor so. `w8a8` stores the matrices and the head as int8 with one scale a row, in the layout of
the compressed-tensors library with activations quantized per token at run time; the embedding stays bf16.
"""

import argparse
import json
import os
import pathlib

import numpy as np

from shapes import Shape, to_bfloat16

QUANTIZATION = {
    "quant_method": "compressed-tensors",
    "format": "int-quantized",
    "quantization_status": "compressed",
    "ignore": [],
    "config_groups": {
        "group_0": {
            "targets": ["Linear", "lm_head"],
            "weights": {
                "num_bits": 8,
                "type": "int",
                "strategy": "channel",
                "symmetric": True,
                "dynamic": False,
            },
            "input_activations": {
                "num_bits": 8,
                "type": "int",
                "strategy": "token",
                "symmetric": True,
                "dynamic": True,
            },
        }
    },
}


def is_quantized(tensor, weights):
    """Whether a tensor is stored as int8."""
    return weights == "w8a8" and tensor.kind in ("matrix", "head")


def header(tensors, weights):
    """The JSON head of the file: type, shape and place of every tensor, in the order of `tensors`."""
    entries, offset = {"__metadata__": {"format": "pt"}}, 0

    def add(name, kind, shape, byte_count):
        nonlocal offset
        entries[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [offset, offset + byte_count]}
        offset += byte_count

    for tensor in tensors:
        if is_quantized(tensor, weights):
            add(tensor.name, "I8", tensor.shape, tensor.count)
            add(tensor.name + "_scale", "F32", (tensor.shape[0], 1), 4 * tensor.shape[0])
        else:
            add(tensor.name, "BF16", tensor.shape, 2 * tensor.count)
    text = json.dumps(entries, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)


def write_tensor(file, tensor, weights):
    """Appends the bytes of one tensor, and of its scales."""
    scales = []
    for values in tensor.chunks():
        if is_quantized(tensor, weights):
            scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-12) / np.float32(127)
            scales.append(scale)
            np.rint(values / scale).astype(np.int8).tofile(file)
        else:
            to_bfloat16(values).tofile(file)
    for scale in scales:
        scale.astype(np.float32).tofile(file)


def write(shape, weights, folder):
    """Writes config.json and model.safetensors; the latter is under another name until it is whole."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    description = dict(shape.config)
    if weights == "w8a8":
        description["quantization_config"] = QUANTIZATION
    (folder / "config.json").write_text(json.dumps(description, indent=1) + "\n")
    tensors = shape.tensors()
    unfinished = folder / "model.safetensors.part"
    with open(unfinished, "wb") as file:
        text = header(tensors, weights)
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors:
            write_tensor(file, tensor, weights)
    os.replace(unfinished, folder / "model.safetensors")


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True)
    parser.add_argument("--weights", choices=["bf16", "w8a8"], required=True)
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    write(Shape.read(options.config), options.weights, options.output)


if __name__ == "__main__":
    main()
