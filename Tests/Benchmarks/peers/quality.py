"""What quantization costs: logits of quantized weights against those of the same weights in bf16, on both sides.

A checkpoint with random bf16 weights is written once, and everything else is made from the same values: llama.cpp's
Q8_0 and Q4_0 by the gguf package, ours by `actuary model pack`. Both sides read the same random tokens. For each format
it prints the mean divergence (Kullback-Leibler, nats) of the distribution from the reference's, the 99th percentile
over the positions, and how often the most probable token is the same. References: our bf16 run, and llama.cpp's.
"""

import argparse
import json
import pathlib
import shutil

import libllama
import make_checkpoint
import make_gguf
import measure
import numpy as np

EMBEDDED = measure.ROOT / "Sources/actuary/Resources/actuary-embedded"
PEER = ["bf16", "q8_0", "q4_0"]
OURS = ["bf16", "int8", "int4", "int4-codebook"]


def log_softmax(rows):
    """Logarithms of the probabilities of each row, in double precision."""
    rows = rows.astype(np.float64)
    rows -= rows.max(axis=1, keepdims=True)
    return rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))


def compare(reference, other):
    """Mean divergence, its 99th percentile, and the share of equal most probable tokens."""
    if reference.shape != other.shape:
        raise SystemExit(f"Logits of shapes {reference.shape} and {other.shape} cannot be compared.")
    divergence, agreement = [], []
    for start in range(0, len(reference), 16):
        expected, seen = log_softmax(reference[start : start + 16]), log_softmax(other[start : start + 16])
        divergence.append((np.exp(expected) * (expected - seen)).sum(axis=1))
        agreement.append(expected.argmax(axis=1) == seen.argmax(axis=1))
    divergence = np.concatenate(divergence)
    result = {"kl_mean": divergence.mean(), "kl_p99": np.quantile(divergence, 0.99)}
    return {**{key: float(value) for key, value in result.items()}, "top1": float(np.concatenate(agreement).mean())}


def their_logits(shape, folder, weights, tokens, options):
    """Logits of llama.cpp, kept in a file, as the model must be made and read for them."""
    model = folder / f"exact-{weights}.gguf"
    if not model.exists():
        measure.say(f"Making {model}")
        make_gguf.write(shape, weights, model, exact=True)
    measure.say(f"llama.cpp {weights}")
    return libllama.logits(model, tokens, options.threads)


def our_logits(folder, checkpoint, weights, token_file, shape, options):
    """Logits of Actuary, by its hidden command."""
    model = checkpoint
    if weights != "bf16":
        model = folder / f"exact-{weights}.packed"
        if not model.exists() or model.stat().st_mtime < pathlib.Path(options.actuary).stat().st_mtime:
            measure.say(f"Packing {model}")
            measure.run([options.actuary, "model", "pack", checkpoint, "--weights", weights, "-o", model])
    measure.say(f"Actuary {weights}")
    output = folder / f"ours-{weights}.f32"
    measure.run([options.actuary, "bench", "quality", "--model", model, "--tokens", token_file, "--logits", output])
    values = np.fromfile(output, np.float32)
    output.unlink()
    if values.size % shape.vocabulary:
        raise SystemExit(f"{output} holds {values.size} values, which is no multiple of {shape.vocabulary}.")
    return values.reshape(-1, shape.vocabulary)


def main():
    """Makes what is missing, computes all logits, and prints one line a format and reference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measure.add_arguments(parser)
    parser.add_argument("--positions", type=int, default=256)
    parser.add_argument("--formats", default=",".join(OURS), help="of ours")
    options = parser.parse_args()
    name, shape, folder = measure.shape_files(options)
    checkpoint = folder / "bf16"
    if not (checkpoint / "model.safetensors").exists():
        measure.say(f"Making {checkpoint}")
        make_checkpoint.write(shape, "bf16", checkpoint)
    # A model cannot be packed without a tokenizer; which one does not matter, as tokens go in as numbers.
    for name_of_file in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(EMBEDDED / name_of_file, checkpoint)
    tokens = np.random.default_rng(7).integers(0, shape.vocabulary, options.positions).tolist()
    token_file = folder / "tokens.txt"
    token_file.write_text(" ".join(map(str, tokens)) + "\n")
    logits = {("llama.cpp", weights): their_logits(shape, folder, weights, tokens, options) for weights in PEER}
    if not options.only_peer:
        for weights in options.formats.split(","):
            logits["ours", weights] = our_logits(folder, checkpoint, weights, token_file, shape, options)
    rows = []
    print(f"{name}, {options.positions} positions, {libllama.Tools().version}")
    print(f"{'logits of':>24}  {'against':>16}  {'KL mean':>9}  {'KL p99':>9}  top-1")
    for reference in (("ours", "bf16"), ("llama.cpp", "bf16")):
        for key, values in logits.items():
            if reference not in logits or key == reference:
                continue
            row = {"logits": " ".join(key), "reference": " ".join(reference), **compare(logits[reference], values)}
            rows.append(row)
            line = f"{row['logits']:>24}  {row['reference']:>16}  {row['kl_mean']:9.6f}  {row['kl_p99']:9.6f}"
            print(f"{line}  {row['top1']:.1%}")
    if options.json:
        pathlib.Path(options.json).write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
