"""Shows that Transformers reads the exported model as the training code does, and writes the golden data of the Swift tests.

Usage: python check.py FOLDER [--golden FOLDER]
Computed in float32 on the stored bf16 weights.
"""
import argparse
import json
import os

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import AutoTokenizer, NemotronHForCausalLM

from generate import STOPS, load_model
from samples import CLOSE, render

STEPS, LEAST_MARGIN, ANSWER_LIMIT = 64, 2e-3, 160

# (system, earlier turns, question, thinks); the golden data take the first four of unlike length that have no near-ties.
CHATS = [
    ("", [], "What is 2+2?", True),
    ("", [], "What is 348 + 275?", True),
    ("", [], "Who are you?", False),
    ("You are a helpful assistant.", [], "Ada has 37 apples and buys 48 more. How many apples does Ada have?", True),
    ("", [("Hello!", "Hello! I am Actuary's tiny built-in demonstration model. Ask me for a sum.")], "Compute 47 * 36.", True),
    ("", [], "Sort 52, 17, 83, 29.", True),
    ("", [], "What is the capital of France?", True),
    ("", [], "Subtract 128 from 135.", True),
    ("You are a calculator.", [("12 + 45", "The answer is 57."), ("thanks", "You are welcome. Ask me for another sum.")],
     "There are 50 stamps in a box. Tom takes 12 and Eva puts in 30. How many stamps are in the box?", True),
]


def load_reference(folder):
    model, report = NemotronHForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager",
                                                         output_loading_info=True)
    problems = {k: v for k, v in report.items() if v}
    print(f"Transformers {transformers.__version__}: missing {len(report['missing_keys'])}, unexpected "
          f"{len(report['unexpected_keys'])}, mismatched {len(report['mismatched_keys'])} tensors")
    assert not problems, problems
    return model.eval()


@torch.no_grad()
def compare(ours, reference, tokenizer):
    """Greatest difference of logits, over whole chats, one token at a time, and on random ids."""
    worst = dict(whole=0.0, stepwise=0.0, random=0.0, largest_logit=0.0)
    generator = torch.Generator().manual_seed(5)
    texts = [render(*chat) + ("12+3\n2+3=5:5" + CLOSE + "The answer is 15.\n<SPECIAL_12>" if chat[3] else "") for chat in CHATS]
    inputs = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    inputs += [torch.randint(0, 512, (n,), generator=generator).tolist() for n in (1, 3, 200, 700)]
    for j, ids in enumerate(inputs):
        row = torch.tensor([ids])
        expected = reference(input_ids=row, use_cache=False).logits[0]
        whole = ours(row, [{} for _ in ours.shape.hybrid_override_pattern])[0]     # in chunks, as a server would
        caches = [{} for _ in ours.shape.hybrid_override_pattern]
        steps = torch.cat([ours(row[:, t:t + 1], caches)[0] for t in range(len(ids))])
        name = "whole" if j < len(CHATS) else "random"
        worst[name] = max(worst[name], (whole - expected).abs().max().item())
        worst["stepwise"] = max(worst["stepwise"], (steps - expected).abs().max().item())
        worst["largest_logit"] = max(worst["largest_logit"], expected.abs().max().item())
    print("greatest difference of logits to the training code:", {k: f"{v:.2e}" for k, v in worst.items()})
    return worst


def messages_of(system, turns, question, thinks):
    messages = [dict(role="system", content=system)] if system else []
    for said, answered in turns:
        messages += [dict(role="user", content=said), dict(role="assistant", content=answered)]
    return messages + [dict(role="user", content=question if thinks else question + " /no_think")]


def compare_prompts(folder):
    """The prompts of the training are those of the chat template in the folder, token for token."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if not tokenizer.chat_template:
        return print("no chat template in the folder: prompts not compared")
    for chat in CHATS:
        prompt = tokenizer.apply_chat_template(messages_of(*chat), add_generation_prompt=True, tokenize=False)
        assert prompt == render(*chat), (prompt, render(*chat))
        ids = tokenizer(prompt, add_special_tokens=True).input_ids
        assert ids == Tokenizer.from_file(f"{folder}/tokenizer.json").encode(prompt).ids and ids[0] != 1
    print(f"{len(CHATS)} prompts as the chat template renders them; no BOS is added")


@torch.no_grad()
def greedy(reference, ids, steps, stops=()):
    """A greedy continuation with its logits and the smallest gap between the two best."""
    result = reference(input_ids=torch.tensor([ids]), use_cache=True)
    logits, picks, rows, margin = result.logits[0, -1], [], [], float("inf")
    for _ in range(steps):
        best = logits.topk(2).values
        margin = min(margin, (best[0] - best[1]).item())
        rows.append(logits)
        picks.append(int(logits.argmax()))
        if picks[-1] in stops:
            break
        result = reference(input_ids=torch.tensor([[picks[-1]]]), past_key_values=result.past_key_values, use_cache=True)
        logits = result.logits[0, -1]
    return picks, torch.stack(rows), margin


@torch.no_grad()
def write_golden(reference, tokenizer, folder):
    """`expected.safetensors` as in the shared fixtures (n is the length of the prompt), `expected_chat.json` to read."""
    os.makedirs(folder, exist_ok=True)
    tensors, chats = {}, []
    for system, turns, question, thinks in CHATS:
        prompt = render(system, turns, question, thinks)
        ids = tokenizer.encode(prompt, add_special_tokens=False).ids
        n = len(ids)
        output, logits, margin = greedy(reference, ids, ANSWER_LIMIT, STOPS)
        top = [[[int(i), round(float(v), 5)] for i, v in zip(t.indices, t.values)]
               for t in (row.double().log_softmax(-1).topk(5) for row in logits[:8])]
        if margin >= LEAST_MARGIN:
            text = tokenizer.decode([i for i in output if i not in STOPS], skip_special_tokens=True)
            chats.append(dict(messages=messages_of(system, turns, question, thinks), prompt=prompt, prompt_ids=ids, output_ids=output,
                              finish_reason="stop" if output[-1] in STOPS else "length", output_text=text, top=top))
        picks, rows, margin = greedy(reference, ids, STEPS)
        if margin < LEAST_MARGIN or f"prompt_{n}" in tensors or len(tensors) >= 20:
            continue
        full = reference(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
        cache, steps = None, []
        for token in ids:
            result = reference(input_ids=torch.tensor([[token]]), past_key_values=cache, use_cache=True)
            cache = result.past_key_values
            steps.append(result.logits[0, -1])
        tensors |= {f"prompt_{n}": torch.tensor(ids, dtype=torch.int32), f"logits_{n}": full.contiguous(),
                    f"steps_logits_{n}": torch.stack(steps[-4:]), f"greedy_{n}": torch.tensor(picks, dtype=torch.int32),
                    f"greedy_logits_{n}": rows}
        print(f"golden prompt of {n} tokens: {question!r}, smallest margin {margin:.4f}")
    save_file(tensors, f"{folder}/expected.safetensors")
    os.chmod(f"{folder}/expected.safetensors", 0o644)
    with open(f"{folder}/expected_chat.json", "w", encoding="utf-8") as file:
        json.dump(chats, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")
    print(f"{len(tensors) // 5} prompts, {len(chats)} chats")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--golden")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    ours, tokenizer = load_model(arguments.folder)
    reference = load_reference(arguments.folder)
    compare_prompts(arguments.folder)
    worst = compare(ours, reference, tokenizer)
    assert max(worst["whole"], worst["stepwise"], worst["random"]) < 5e-4
    if arguments.golden:
        write_golden(reference, tokenizer, arguments.golden)


if __name__ == "__main__":
    main()
