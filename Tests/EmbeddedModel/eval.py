"""Accuracy and thinking tokens for every budget on the held-out questions, greedily, with the torch model.

Usage: python eval.py FOLDER [--count N] [--errors]
A question counts as right if the whole text of the answer is right.
"""
import argparse
import collections
import json
import os
import time

import torch

from generate import answer, answer_within, load_model
from samples import render

BUDGETS = [("off", False, None), ("16", True, 16), ("32", True, 32), ("64", True, 64), ("128", True, 128), ("unlimited", True, None)]
QUESTIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Sources/actuary/Resources/budget-questions.jsonl")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--count", type=int)
    parser.add_argument("--budgets", default=",".join(name for name, _, _ in BUDGETS))
    parser.add_argument("--errors", action="store_true", help="show the wrong answers with unlimited thinking")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model, tokenizer = load_model(arguments.folder)
    questions = [json.loads(line) for line in open(QUESTIONS, encoding="utf-8")][:arguments.count]
    tasks = sorted({q["task"] for q in questions})
    chosen = [b for b in BUDGETS if b[0] in arguments.budgets.split(",")]
    right, spent, notes = collections.defaultdict(list), collections.defaultdict(list), []
    began = time.time()
    prompts = [render("", [], q["question"], True) for q in questions]
    whole = answer(model, tokenizer, prompts, True)
    for name, thinks, budget in chosen:
        if not thinks:
            turns = answer(model, tokenizer, [render("", [], q["question"], False) for q in questions], False)
        else:
            turns = whole if budget is None else answer_within(model, tokenizer, prompts, whole, budget)
        for question, turn in zip(questions, turns):
            is_right = turn.answer == question["answer"] and turn.ended == "stop"
            for row in (question["task"], "all"):
                right[row, name].append(is_right)
                spent[row, name].append(turn.thought_tokens)
            if arguments.errors and name == "unlimited" and not is_right:
                print(f"{question['question']!r} wants {question['answer']!r}\n    {turn.text!r} ({turn.ended})")
        unfinished = sum(t.ended != "stop" for t in turns)
        notes.append(f"{name}: {unfinished} unfinished, {sum(t.was_cut for t in turns)} cut")
    share = lambda row, name: 100 * sum(right[row, name]) / len(right[row, name])
    mean = lambda row, name: sum(spent[row, name]) / len(spent[row, name])
    print("| task | questions | " + " | ".join(name for name, _, _ in chosen) + " | thinking tokens |")
    print("|---|---|" + "---|" * len(chosen) + "---|")
    last = chosen[-1][0]
    for row in tasks + ["all"]:
        cells = " | ".join(f"{share(row, name):.1f}" if row == "all" else f"{share(row, name):.0f}" for name, _, _ in chosen)
        print(f"| {row} | {len(right[row, last])} | {cells} | {mean(row, last):.0f} |")
    print("| mean thinking tokens | | " + " | ".join(f"{mean('all', name):.1f}" for name, _, _ in chosen) + " | |")
    print("; ".join(notes) + f"; {time.time() - began:.0f} seconds")


if __name__ == "__main__":
    main()
