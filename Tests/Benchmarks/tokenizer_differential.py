"""Compares ids and texts with Hugging Face `tokenizers` over all Unicode scalars and random hostile strings.

Usage: swift build -c release --product TokenizerBenchmark
       python Tests/Benchmarks/tokenizer_differential.py [--count 20000] [--seed 1] [--benchmark .build/release/TokenizerBenchmark]
(needs the package `tokenizers`; 0.23.3 was used)

Besides the fixtures' tokenizers it builds variants in a temporary folder: added tokens of all kinds, `ignore_merges`, merges
in random order with repetitions.  Exits with 1 at the first difference.
"""
import argparse, json, pathlib, random, subprocess, sys, tempfile
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/Fixtures"
RANGES = [(32, 126)] * 8 + [(0, 31), (0x80, 0xFF), (0x100, 0x24F), (0x2B0, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0xEFF),
          (0x10A0, 0x10FF), (0x13A0, 0x13FF), (0x1680, 0x1680), (0x1AB0, 0x1AFF), (0x1C80, 0x1CBF), (0x1D00, 0x1FFF), (0x2000, 0x206F), (0x20D0, 0x218F), (0x2C00, 0x2DFF),
          (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xA640, 0xA7FF), (0xAB30, 0xD7FF), (0xE000, 0xE0FF), (0xFB00, 0xFFFF), (0x10000, 0x1FFFF), (0x20000, 0x3FFFF), (0xE0000, 0xE01FF), (0x10FFF0, 0x10FFFF)]
# One or more of each class, so that short random strings meet every branch of the pattern.
PALETTE = list("aAzZǅʰ中́\u0903½7٣ \u00a0\u3000\u0085\u2028\t\n\r/!<>'’_😀\u200d\u200b\ufeff") + ["  ", "\r\n", "//", "\n\n", " \n", "中文", "\u0301\u0302", "<s>", "</s>",
          "<SPECIAL_12>", "<SPECIAL_1", "SPECIAL_11>", "[INST]", "<think>", "</think>\n\n", "the", " The", "HTTP", "'s", "1234"]


def variants(folder):
    """Names and paths of the tokenizers to compare."""
    yield "large", FIXTURES / "tokenizer/large/tokenizer.json"
    yield "small", FIXTURES / "tokenizer/small/tokenizer.json"
    yield "tiny", FIXTURES / "models/moe/tokenizer.json"

    def write(name, change):
        document = json.loads((FIXTURES / "tokenizer/small/tokenizer.json").read_text())
        change(document)
        path = pathlib.Path(folder) / f"{name}.json"
        path.write_text(json.dumps(document, ensure_ascii=False))
        return name, path

    def add_tokens(document):
        vocab = document["model"]["vocab"]
        size = len(vocab)
        # None starts with a blank: one that starts in what `rstrip` took is found once more by the reference.
        kinds = [("<mask>", 1, 1, 1, 0), ("<l>", 1, 1, 0, 0), ("<r>", 0, 0, 1, 0), ("<nn>", 0, 0, 0, 1), ("think", 0, 0, 0, 1), ("the", 0, 0, 0, 0), ("the ", 1, 0, 0, 1),
                 ("<l><r>", 1, 0, 0, 0), ("中文字", 0, 1, 1, 1), ("//", 0, 0, 0, 0)]
        for content, special, left, right, normalized in kinds:
            fresh = size + sum(token["id"] >= size for token in document["added_tokens"])     # the reference leaves no gaps
            document["added_tokens"].append({"id": vocab.get(content, fresh), "content": content, "single_word": False, "lstrip": bool(left), "rstrip": bool(right),
                                             "normalized": bool(normalized), "special": bool(special)})

    def shuffle(document):
        rng, merges = random.Random(3), document["model"]["merges"]
        rng.shuffle(merges)
        merges += rng.sample(merges, 200)

    yield write("added", add_tokens)
    yield write("ignore_merges", lambda document: document["model"].update(ignore_merges=True))
    yield write("shuffled", shuffle)
    yield write("old_merges", lambda document: document["model"].update(merges=[" ".join(pair) for pair in document["model"]["merges"]]))


def random_text(rng, extra):
    def character():
        while True:
            scalar = rng.randint(*rng.choice(RANGES))
            if not 0xD800 <= scalar < 0xE000:
                return chr(scalar)

    kind = rng.random()
    palette = PALETTE + extra
    if kind < 0.45:
        few = rng.sample(palette, rng.randint(1, 6))
        return "".join(rng.choice(few) for _ in range(rng.randint(1, 40)))
    if kind < 0.65:
        return "".join(rng.choice(palette) for _ in range(rng.randint(1, 60)))
    if kind < 0.9:
        return "".join(character() if rng.random() < 0.7 else rng.choice(palette) for _ in range(rng.randint(1, 50)))
    if kind < 0.97:
        return (rng.choice(palette) * rng.randint(20, 300)) + rng.choice(palette) + character() * rng.randint(1, 200)
    return "".join(rng.choice(palette[:12]) for _ in range(rng.randint(200, 3000)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000, help="random texts for each tokenizer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--benchmark", default=str(ROOT / ".build/release/TokenizerBenchmark"))
    options = parser.parse_args()
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        empty = pathlib.Path(folder) / "empty.txt"
        empty.write_text("")
        for name, path in variants(folder):
            reference = Tokenizer.from_file(str(path))
            ours = subprocess.Popen([options.benchmark, str(path), str(empty)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

            def ask(line):
                ours.stdin.write(line + "\n")
                ours.stdin.flush()
                return ours.stdout.readline().rstrip("\n")

            def compare(text, mode="specials"):
                reference.encode_special_tokens = mode == "plain"
                expected = reference.encode(text, add_special_tokens=False).ids
                got = [int(word) for word in ask(f"{mode} {text.encode().hex()}").split()]
                if got != expected:
                    sys.exit(f"{name} {mode}: {text!r}\nexpected {expected}\n     got {got}")

            scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000] if name in ("large", "small") else []
            blocks = [scalars[i:i + 64] for i in range(0, len(scalars), 64)]
            for block in blocks:       # between neighbours, letters and blanks
                for pattern in ("{}", "a{}A", "A{}a ", " {}!", "{}\n"):
                    compare("".join(pattern.format(chr(c)) for c in block))
            rng = random.Random(f"{options.seed} {name}")
            extra = ["<mask>", "<l>", "<r>", "<nn>", "think", "the", "the ", "字", " "] if name == "added" else []
            for _ in range(options.count):
                text = random_text(rng, extra)
                compare(text, "specials")
                if name != "added":    # there a forbidden special token hides nothing, as AddedTokens.swift explains
                    compare(text, "plain")
            size = reference.get_vocab_size()
            for _ in range(options.count // 4):
                ids = [rng.randrange(size + 5) if rng.random() < 0.5 else rng.randrange(100, 420) for _ in range(rng.randint(1, 40))]
                if reference.decode(ids, skip_special_tokens=False).encode().hex() != ask("text " + " ".join(map(str, ids))):
                    sys.exit(f"{name} decode: {ids}")
            count = 5 * len(blocks) + options.count * (1 if name == "added" else 2) + options.count // 4
            total += count
            print(f"{name}: {count:,} comparisons, {len(scalars):,} scalars", flush=True)
            ours.stdin.close()
            ours.wait()
    print(f"{total:,} comparisons, no difference")


if __name__ == "__main__":
    main()
