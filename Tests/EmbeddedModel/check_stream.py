"""Replays the questions of the training run and asserts that no held-out question is among them.

Usage: python check_stream.py TOKENIZER.json [--tokens N] [--seed N] [--polish] [--mix MIX]     (as in training.log)
"""
import argparse
import json
import random

from tokenizers import Tokenizer

from eval import QUESTIONS
from problems import FULL_MIX, HeldOut, held_out_questions
from samples import Sampler
from train import HELD_OUT_COUNT, HELD_OUT_SEED, SEED, batches


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tokenizer", help="tokenizer.json of the model")
    parser.add_argument("--tokens", type=float, default=14e6)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--polish", action="store_true", help="a run that began from a checkpoint")
    parser.add_argument("--mix", default="")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(arguments.tokenizer)
    records = held_out_questions(HELD_OUT_SEED, HELD_OUT_COUNT)
    stored = [json.loads(line) for line in open(QUESTIONS, encoding="utf-8")]
    assert [r["question"] for r in records] == [q["question"] for q in stored]
    forbidden = {HeldOut.plain(q["question"]) for q in stored}
    mix = FULL_MIX | dict(long=0.4) | {k: float(v) for k, v in (p.split("=") for p in arguments.mix.split(",") if p)}
    tokens = questions = 0
    sampler = Sampler(random.Random(arguments.seed), tokenizer, HeldOut(records))
    for group, _ in batches(sampler, mix, lambda: tokens, arguments.polish):
        for ids, _ in group:
            tokens += len(ids)
            text = tokenizer.decode(ids, skip_special_tokens=False)
            for part in text.split("<SPECIAL_11>User\n")[1:]:
                questions += 1
                assert HeldOut.plain(part.split("\n<SPECIAL_11>Assistant\n")[0]) not in forbidden, part
        if tokens >= arguments.tokens:
            break
    print(f"{questions} questions in {tokens} tokens, none of the {len(forbidden)} held-out ones; {sampler.rejected} were drawn and left out")


if __name__ == "__main__":
    main()
