"""Trains the built-in model from scratch, or polishes a checkpoint.  See README.md for the two commands.

The learning rate is keyed to a fixed number of tokens.  `--stop-by` is for a busy machine: once wall time runs ahead of
tokens, the schedule follows the clock, so that the decay to zero always takes place.  Only a run that keeps ahead of its
clock is reproducible; the log tells (`by clock`).
"""
import argparse
import os
import random
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from muon import Muon
from network import NemotronH, Shape
from problems import FULL_MIX, HeldOut, held_out_questions
from samples import Sampler
from tokenizer import train_tokenizer

SEED, TOKENIZER_SEED, HELD_OUT_SEED, HELD_OUT_COUNT = 20260, 20261, 77001, 600
SHAPE = Shape(mamba_num_heads=8)
BATCH_TOKENS, POOL, WARM_UP_STEPS, DECAY_SHARE = 2560, 400, 50, 0.45
MUON_RATE, ADAM_RATE = 0.02, 3e-3


def curriculum(tokens, mix):
    """Sums first: what carries all other tasks is learnt before they come.  Large numbers are phased in."""
    hard = min(1.0, 0.1 + tokens / 3e6)
    if tokens < 1.2e6:
        return dict(add=60, sub=30, talk=10), hard
    if tokens < 2.6e6:
        return dict(add=22, sub=22, mul=33, word=18, talk=5), hard
    return mix, hard


def batches(sampler, mix, seen, starts_full):
    """Endless batches (samples, padded length) of like length; `seen()` tells how many tokens were trained on.

    Lengths are rounded up and set the number of samples: oneDNN prepares its products anew for every shape, so there
    must be few of them.  What does not fill a batch waits for the next pool.
    """
    pool = []
    while True:
        current, hard = (mix, 1.0) if starts_full else curriculum(seen(), mix)
        pool += [sampler.sample(current, hard) for _ in range(POOL - len(pool))]
        pool.sort(key=lambda sample: len(sample[0]))
        groups = []
        while pool:
            length = -(-(len(pool[-1][0]) - 1) // 8) * 8
            count = max(2, BATCH_TOKENS // length)
            if count > len(pool):
                break
            groups.append((pool[-count:], length))
            del pool[-count:]
        sampler.rng.shuffle(groups)
        yield from groups


def tensors(group, length):
    """Inputs [b, length], the flat positions whose next token counts, and those next tokens (padded with -100)."""
    inputs = torch.zeros(len(group), length, dtype=torch.long)
    rows, targets = [], []
    for i, (ids, mask) in enumerate(group):
        inputs[i, :len(ids) - 1] = torch.tensor(ids[:-1])
        for j in range(1, len(ids)):
            if mask[j]:
                rows.append(i * length + j - 1)
                targets.append(ids[j])
    padding = -len(rows) % 256
    return inputs, torch.tensor(rows + [0] * padding), torch.tensor(targets + [-100] * padding)


def optimizers(model):
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "layers" in name]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    return [Muon(matrices, lr=MUON_RATE), torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0)], others


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", required=True, help="folder for the tokenizer, checkpoints and the log")
    parser.add_argument("--tokens", type=float, default=14e6, help="tokens of the whole run")
    parser.add_argument("--stop-by", type=float, help="minutes of wall time after which the run has to be over")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--start", help="polish this checkpoint: no curriculum, no constant phase")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    parser.add_argument("--mix", default="", help="changes to the mix, as in mul=40,sort=20")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(2)
    torch.manual_seed(arguments.seed)
    os.makedirs(arguments.work, exist_ok=True)
    log = open(f"{arguments.work}/training.log", "a", buffering=1)

    def say(text):
        print(text, flush=True)
        log.write(text + "\n")

    path = f"{arguments.work}/tokenizer.json"
    if not os.path.exists(path):
        train_tokenizer(TOKENIZER_SEED).save(path)
    tokenizer = Tokenizer.from_file(path)
    held_out = HeldOut(held_out_questions(HELD_OUT_SEED, HELD_OUT_COUNT))
    mix = FULL_MIX | dict(long=0.4) | {k: float(v) for k, v in (p.split("=") for p in arguments.mix.split(",") if p)}
    model = NemotronH(SHAPE)
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start, weights_only=True)["model"])
    (muon, adam), others = optimizers(model)
    compiled = torch.compile(model, dynamic=True)         # halves the time of the many small operations
    sampler = Sampler(random.Random(arguments.seed), tokenizer, held_out)
    tokens = steps = 0
    by_clock = False
    progress, mean, shown, began = 0.0, None, 0, time.time()
    say(f"# shape {SHAPE}")
    say(f"# seed {arguments.seed}, parameters {sum(p.numel() for p in model.parameters())}, tokens {arguments.tokens:.0f}, "
        f"mix {mix}, start {os.path.basename(arguments.start or 'none')}, rate {arguments.rate}")
    source = batches(sampler, mix, lambda: tokens, bool(arguments.start))
    saved = 0
    while progress < 1.0:
        progress = max(progress, tokens / arguments.tokens)
        if arguments.stop_by and (elapsed := (time.time() - began) / (60 * arguments.stop_by)) > progress:
            # The constant phase may fall behind the clock for as long as a full decay still fits behind it.
            if elapsed > 1 - DECAY_SHARE:
                progress, by_clock = elapsed, True
        decay_share = 1.0 if arguments.start else DECAY_SHARE
        factor = arguments.rate * min(1.0, (steps + 1) / WARM_UP_STEPS, max(0.0, 1 - progress) / decay_share)
        muon.param_groups[0]["lr"], adam.param_groups[0]["lr"] = MUON_RATE * factor, ADAM_RATE * factor
        group, length = next(source)
        inputs, rows, targets = tensors(group, length)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = compiled(inputs, rows=rows)
        loss = F.cross_entropy(logits, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        muon.step()
        adam.step()
        model.zero_grad(set_to_none=True)
        steps += 1
        tokens += sum(len(ids) for ids, _ in group)
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if steps % 50 == 0:
            seconds = time.time() - began
            say(f"step {steps} tokens {tokens} loss {mean:.4f} rate {factor:.3f} seconds {seconds:.0f} "
                f"tokens/s {tokens / seconds:.0f}{' by clock' if by_clock else ''}")
        if tokens - saved >= 500_000 or progress >= 1.0:
            saved = tokens
            torch.save(dict(model=model.state_dict(), tokens=tokens), f"{arguments.work}/checkpoint-{tokens // 1000:06d}k.pt")
    torch.save(dict(model=model.state_dict(), tokens=tokens), f"{arguments.work}/final.pt")
    say(f"# done: steps {steps}, tokens {tokens}, seconds {time.time() - began:.0f}, processor seconds {time.process_time():.0f}, "
        f"held-out problems drawn and left out {sampler.rejected}, by clock {by_clock}")


if __name__ == "__main__":
    main()
