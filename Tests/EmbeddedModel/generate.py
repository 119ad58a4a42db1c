"""Batched generation with thinking budgets, cut exactly where Actuary cuts: after N sampled tokens of thought."""
import json

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from network import NemotronH, Shape
from samples import CLOSE

STOPS = {2, 11, 12}
TAG = "</think>"


def load_model(folder):
    """The exported checkpoint, its bf16 weights widened to float32."""
    config = json.load(open(f"{folder}/config.json"))
    model = NemotronH(Shape(**{k: config[k] for k in Shape.__dataclass_fields__}))
    model.load_state_dict({k: v.float() for k, v in load_file(f"{folder}/model.safetensors").items()})
    return model.eval(), Tokenizer.from_file(f"{folder}/tokenizer.json")


class Turn:
    """One answer in the making: what was sampled, what is still to be fed, and whether it is thinking."""

    def __init__(self, tokenizer, thinks, budget, closing=CLOSE):
        self.decode = lambda ids: tokenizer.decode(ids, skip_special_tokens=False)
        self.encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        self.is_thinking, self.budget, self.closing = thinks, budget, closing
        self.ids, self.queue, self.thought_tokens, self.was_cut, self.ended = [], [], 0, False, None
        if thinks and budget == 0:
            self.cut()

    def next(self, sampled):
        """The token that follows: one that waits to be fed, or the sampled one."""
        if self.queue:
            token = self.queue.pop(0)
            self.ids.append(token)
            return token
        if sampled in STOPS:
            self.ended = "stop"
            return sampled
        self.ids.append(sampled)
        if self.is_thinking:
            self.thought_tokens += 1
            if TAG in self.decode(self.ids):
                self.is_thinking = False
            elif self.budget is not None and self.thought_tokens >= self.budget:
                self.cut()
        return sampled

    def cut(self):
        """Feeds the closing text, or the rest of the tag if the model has begun one."""
        text = self.decode(self.ids)
        begun = next((n for n in range(len(TAG) - 1, 0, -1) if text.endswith(TAG[:n])), 0)
        rest = TAG[begun:] + self.closing.split(TAG)[1] if begun else self.closing
        self.queue, self.is_thinking, self.was_cut = self.encode(rest), False, True

    @property
    def text(self):
        return self.decode(self.ids)

    @property
    def answer(self):
        return self.text.split(TAG)[-1].strip()


@torch.no_grad()
def run(model, prompts, turns, limit=320, temperature=0.0, seed=0):
    """Extends every prompt until its turn ends or `limit` tokens; fills the turns."""
    longest = max(map(len, prompts))
    ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0.0] * (longest - len(p)) + [1.0] * len(p) for p in prompts])
    caches = [{} for _ in model.shape.hybrid_override_pattern]
    generator = torch.Generator().manual_seed(seed)
    logits = model(ids, caches, mask)[:, -1]
    active = list(turns)
    for _ in range(limit):
        if temperature:
            picks = torch.multinomial(torch.softmax(logits / temperature, -1), 1, generator=generator)[:, 0].tolist()
        else:
            picks = logits.argmax(-1).tolist()
        tokens = [pick if turn.ended else turn.next(pick) for turn, pick in zip(active, picks)]
        going = [i for i, turn in enumerate(active) if not turn.ended]
        if not going:
            break
        if len(going) < 0.8 * len(active):                # finished rows are dropped now and then
            active, tokens = [active[i] for i in going], [tokens[i] for i in going]
            caches = [{k: v[going] for k, v in cache.items()} for cache in caches]
        logits = model(torch.tensor(tokens)[:, None], caches, torch.ones(len(tokens), 1))[:, -1]
    for turn in turns:
        turn.ended = turn.ended or "length"
    return turns


def complete(model, tokenizer, prompts, make_turn, batch=120, **options):
    """Turns for many prompts (token ids), in batches of like length."""
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    results = [None] * len(prompts)
    for start in range(0, len(order), batch):
        part = order[start:start + batch]
        turns = [make_turn() for _ in part]
        for index, turn in zip(part, run(model, [prompts[i] for i in part], turns, **options)):
            results[index] = turn
    return results


def answer(model, tokenizer, prompts, thinks, **options):
    """Turns without a bound."""
    encoded = [tokenizer.encode(p, add_special_tokens=False).ids for p in prompts]
    return complete(model, tokenizer, encoded, lambda: Turn(tokenizer, thinks, None), **options)


def answer_within(model, tokenizer, prompts, unlimited, budget, closing=CLOSE, **options):
    """What a budget makes of greedy turns: up to the cut they are the same, so only the answers are generated anew."""
    results, late, inputs = list(unlimited), [], []
    for i, (prompt, whole) in enumerate(zip(prompts, unlimited)):
        turn = Turn(tokenizer, True, budget, closing)
        for token in whole.ids:
            if turn.was_cut:
                break
            turn.next(token)
        if turn.was_cut:
            results[i] = turn
            late.append(i)
            inputs.append(tokenizer.encode(prompt, add_special_tokens=False).ids + turn.ids + turn.queue)
    for i, rest in zip(late, complete(model, tokenizer, inputs, lambda: Turn(tokenizer, False, None), **options)):
        results[i].ids += results[i].queue + rest.ids
        results[i].ended = rest.ended
    return results
