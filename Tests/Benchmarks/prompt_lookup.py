"""What guessing tokens by prompt lookup gives: passes over the weights for edits of code, quotations, and unrelated texts.

    swift build -c release --product PromptLookupBenchmark
    python3 Tests/Benchmarks/prompt_lookup.py [--cost 1,1.05,…]

The texts are this repository's own: a file before and after a commit, paragraphs of its documents, and pairs of files
that have nothing to do with each other. The answer is given, so this measures the guesses and no model; --cost are the
times of a pass with 1 to 8 tokens relative to one with 1, from which the speed follows (the default was measured with the
9B shape, int4, on two AVX-512 cores).
"""

import argparse
import json
import pathlib
import random
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKENIZER = ROOT / "Tests/Fixtures/tokenizer/large/tokenizer.json"


def git(*arguments):
    """What git prints; nothing if it fails."""
    result = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True)
    return result.stdout.decode("utf-8", "replace") if result.returncode == 0 else ""


def edits(limit):
    """Files before and after commits that changed less than half of them."""
    cases = []
    for commit in git("log", "--format=%H", "--no-merges", "-n", "80").split():
        for line in git("show", "--numstat", "--format=", commit, "--", "*.swift", "*.py", "*.c", "*.h").splitlines():
            added, removed, path = line.split("\t")
            before, after = git("show", f"{commit}~:{path}"), git("show", f"{commit}:{path}")
            changed = int(added) + int(removed)
            if before and after and 2 <= changed < after.count("\n") / 2 and len(after) < 12_000:
                cases.append({"prompt": f"Change this file as described.\n\n{before}", "answer": after})
    random.Random(1).shuffle(cases)
    return cases[:limit]


def quotations(limit):
    """Questions about a document, answered with two of its paragraphs and some words around them."""
    chance, cases = random.Random(2), []
    for path in sorted(ROOT.glob("Sources/**/*.md")) + [ROOT / "README.md"]:
        text = path.read_text()
        paragraphs = [part for part in text.split("\n\n") if 150 < len(part) < 900]
        for _ in range(limit // 4):
            if len(paragraphs) > 3:
                one, other = chance.sample(paragraphs, 2)
                answer = f"There are two places about this. The first one is:\n\n{one}\n\nFurther on it says:\n\n{other}\n"
                cases.append({"prompt": f"{text}\n\nWhat does it say about this? Quote it.", "answer": answer})
    chance.shuffle(cases)
    return cases[:limit]


def unrelated(limit):
    """A file, and another one as the answer."""
    chance = random.Random(3)
    files = [path.read_text() for path in sorted(ROOT.glob("Sources/**/*.swift")) if 1_000 < path.stat().st_size < 9_000]
    pairs = (chance.sample(files, 2) for _ in range(limit))
    return [{"prompt": f"Read this.\n\n{one}", "answer": other} for one, other in pairs]


def main():
    """Prints a row for each kind of text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cost", default="1,1.1,1.15,1.2,1.25,1.3,1.35,1.4")
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--benchmark", default=ROOT / ".build/release/PromptLookupBenchmark")
    options = parser.parse_args()
    cost = [float(number) for number in options.cost.split(",")]
    print(f"{'texts':12}{'cases':>6}{'tokens':>8}{'tokens a pass':>15}{'guesses right':>15}{'speed':>7}")
    for name, cases in [("edits", edits), ("quotations", quotations), ("unrelated", unrelated)]:
        lines = "".join(json.dumps(case) + "\n" for case in cases(options.cases))
        output = subprocess.run(
            [options.benchmark, TOKENIZER], input=lines, capture_output=True, text=True, check=True
        ).stdout
        rows = [[int(number) for number in line.split()] for line in output.splitlines()]
        tokens, passes = sum(row[0] for row in rows), [sum(column) for column in zip(*(row[1:] for row in rows))]
        drafted = sum(index * count for index, count in enumerate(passes))
        accepted = tokens - sum(passes)
        speed = tokens / sum(one * count for one, count in zip(cost, passes))
        print(
            f"{name:12}{len(rows):6}{tokens:8}{tokens / sum(passes):15.2f}"
            f"{accepted / max(drafted, 1):14.0%} {speed:6.2f}x"
        )


if __name__ == "__main__":
    main()
