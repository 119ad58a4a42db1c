"""Times encoding of 1 MB of mixed text against Hugging Face `tokenizers` on one thread, interleaved, and compares the ids.

Usage: swift build -c release --product TokenizerBenchmark
       python Tests/Benchmarks/tokenizer.py [--rounds 7] [--benchmark .build/release/TokenizerBenchmark] [--tokenizer FILE]
(needs the package `tokenizers`; 0.23.3 was used)

Each round loads both tokenizers afresh, encodes once cold and then warm. The reference is timed by its two entry points,
`encode` and `encode_batch_fast`, each after a load of its own, and the quicker one counts.
"""
import os
os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import argparse, pathlib, random, statistics, subprocess, tempfile, time
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROSE = [
    "The committee met on Tuesday and, after three hours of debate, decided that nothing would change before spring.",
    "Über die Größe des Hauses stritten sich die Nachbarn seit Jahren, doch schön fanden es alle.",
    "L'été dernier, nous avons découvert une bibliothèque où personne n'était entré depuis des siècles.",
    "El niño corría por la calle mientras su abuela le gritaba: ¡vuelve antes de mañana!",
    "Вчера вечером мы долго гуляли по набережной и говорили о будущем.", "Γειά σου Κόσμε, σήμερα έχει καλό καιρό.",
    "مرحبا بالعالم، كيف حالك اليوم؟", "שלום עולם, מה שלומך היום?", "नमस्ते दुनिया, आज मौसम बहुत अच्छा है।", "สวัสดีชาวโลก วันนี้อากาศดี",
    "今天天气很好，我们一起去公园散步，然后在湖边喝茶。", "こんにちは世界。今日はとても良い天気ですね。散歩に行きましょう。", "안녕하세요 세계, 오늘 날씨가 참 좋네요.",
    "Hôm nay trời đẹp quá, chúng ta đi dạo nhé.", "Don't you think it's odd that we've never seen THEM before?",
]
CODE = [
    "def mean(values: list[float]) -> float:\n    \"\"\"The arithmetic mean.\"\"\"\n    return sum(values) / len(values)\n",
    "for (size_t i = 0; i < n; ++i) {\n\t\tout[i] += weights[i * stride] * input[i]; // accumulate\n\t}\n",
    "SELECT account, SUM(amount) FROM postings WHERE created_at >= '2024-01-01' GROUP BY account;\n",
    "{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Zürich\", \"days\": [1, 2, 3], \"unit\": null}}\n",
    "<div class=\"row\"><a href=\"https://example.com/a/b?c=d&e=f#g\">camelCase snake_case HTTPServer2Go</a></div>\n",
]
OTHER = ["😀😃🚀🎉👨‍👩‍👧‍👦👍🏽🇩🇪", "3.14159265358979 1,234,567.89 0xDEADBEEF 1e-9", "∑∏∫√∞≠≤≥ α+β=γ →⇒★", "    \t\t  \n\n\n", "=" * 60 + "\n",
         "| a | b |\n|---|---|\n", "\r\n\r\n", "   leading and trailing   ", "A" * 40]


def mixed_text(size):
    """The same text each time: prose by half, code by a third, the rest odds and ends."""
    rng, parts, length = random.Random(20240718), [], 0
    while length < size:
        kind = rng.random()
        if kind < 0.5:
            words = rng.choice(PROSE).split(" ")
            if rng.random() < 0.5:
                rng.shuffle(words)
            part = " ".join(words) + rng.choice([" ", " ", "\n", "\n\n"])
        elif kind < 0.85:
            part = rng.choice(CODE).replace("i", rng.choice(["i", "index", "k2"]), 1)
        elif kind < 0.93:
            part = " " + str(rng.randrange(10 ** rng.randint(1, 12))) + "".join(rng.choices("abcdefghijklmnopqrstuvwxyzé", k=rng.randint(2, 12)))
        else:
            part = rng.choice(OTHER)
        parts.append(part)
        length += len(part.encode())
    return "".join(parts)


def checksum(ids):
    value = 0xCBF29CE484222325
    for i in ids:
        value = (value ^ i) * 0x100000001B3 & (1 << 64) - 1
    return value


def timed(call):
    start = time.perf_counter_ns()
    result = call()
    return time.perf_counter_ns() - start, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--benchmark", default=str(ROOT / ".build/release/TokenizerBenchmark"))
    parser.add_argument("--tokenizer", default=str(ROOT / "Tests/Fixtures/tokenizer/large/tokenizer.json"))
    options = parser.parse_args()
    text, times = mixed_text(options.size), {}
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        ours = subprocess.Popen([options.benchmark, options.tokenizer, file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def ask(word):
            ours.stdin.write(word + "\n")
            ours.stdin.flush()
            return [int(number) for number in ours.stdout.readline().split()]

        for _ in range(options.rounds):
            times.setdefault(("ours", "load"), []).append(ask("load")[0])
            for state in ("cold", "warm"):
                nanoseconds, count, digest = ask("encode")
                times.setdefault(("ours", state), []).append(nanoseconds)
            for entry in ("encode", "encode_batch_fast"):
                elapsed, reference = timed(lambda: Tokenizer.from_file(options.tokenizer))
                times.setdefault((entry, "load"), []).append(elapsed)
                for state in ("cold", "warm"):
                    if entry == "encode":
                        elapsed, encoding = timed(lambda: reference.encode(text, add_special_tokens=False))
                    else:
                        elapsed, (encoding,) = timed(lambda: reference.encode_batch_fast([text], add_special_tokens=False))
                    times.setdefault((entry, state), []).append(elapsed)
            assert (count, digest) == (len(encoding.ids), checksum(encoding.ids)), "the ids differ"
        ours.stdin.close()
        ours.wait()

    median = {key: statistics.median(values) / 1e6 for key, values in times.items()}
    print(f"{len(text.encode()):,} bytes, {count:,} tokens, the same ids; medians of {options.rounds} rounds in ms")
    print(f"{'':6}{'ours':>9}{'encode':>9}{'batch_fast':>12}{'ours / quicker':>16}")
    for state in ("load", "cold", "warm"):
        row = [median[who, state] for who in ("ours", "encode", "encode_batch_fast")]
        print(f"{state:6}{row[0]:9.1f}{row[1]:9.1f}{row[2]:12.1f}{row[0] / min(row[1:]):16.3f}")


if __name__ == "__main__":
    main()
