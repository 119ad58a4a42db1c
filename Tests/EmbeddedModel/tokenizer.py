"""The byte-level tokenizer: 512 entries with the structure of the 9B's (split pattern, special ids, no BOS by itself)."""
import random
import re

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from problems import FULL_MIX, draw
from samples import CLOSE, END, render

SPECIALS = ["<unk>", "<s>", "</s>"] + [f"<SPECIAL_{i}>" for i in range(3, 16)]
SPLIT = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
         r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def corpus(seed, count):
    """Chats without their special tokens, which are no text to learn merges from."""
    rng = random.Random(seed)
    for _ in range(count):
        problem = draw(rng, FULL_MIX | dict(talk=8, long=1))
        thinks = rng.random() < 0.85
        system = "You are a helpful assistant." if rng.random() < 0.1 else ""
        text = render(system, [], problem.question, thinks)
        text += ("\n".join(problem.thought) + CLOSE if thinks else "") + problem.answer + END
        yield from (part for part in re.split(r"<SPECIAL_\d+>", text) if part)


def train_tokenizer(seed, count=20_000):
    tokenizer = Tokenizer(models.BPE(unk_token=None, byte_fallback=False, ignore_merges=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=512, special_tokens=[AddedToken(s, special=True) for s in SPECIALS],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus(seed, count), trainer)
    check(tokenizer)
    return tokenizer


def check(tokenizer):
    """What other parts rely on."""
    assert tokenizer.get_vocab_size() == 512
    assert all(tokenizer.token_to_id(s) == i for i, s in enumerate(SPECIALS))
    pieces = lambda text: tokenizer.encode(text, add_special_tokens=False).tokens
    assert pieces("<think>\n") == ["<think", ">Ċ"], pieces("<think>\n")
    assert pieces("\n</think>\n\n") == ["Ċ", "</", "think", ">ĊĊ"], pieces("\n</think>\n\n")
    assert pieces("12+3=15:5\n") == list("12+3=15:5") + ["Ċ"], pieces("12+3=15:5\n")
