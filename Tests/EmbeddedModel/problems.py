"""Draws problems: question, key, worked thought and answer.  All chance comes from the generator handed in."""
from dataclasses import dataclass, field

import arithmetic as work
import phrasing as words

# What the finished training draws from, and what the held-out questions are drawn from: hardly anything there that needs no thought.
FULL_MIX = dict(add=15, sub=16, mul=29, chain=8, word=15, sort=11, best=2, talk=4)
BENCH_MIX = dict(add=18, sub=18, mul=25, chain=10, word=16, sort=9, best=2, talk=2)


@dataclass
class Problem:
    task: str
    question: str
    answer: str
    thought: list = field(default_factory=list)

    @property
    def key(self):
        """What makes two phrasings the same problem: the line that restates it."""
        return self.thought[0]


def number(rng, digits, least=0):
    low = 0 if digits == 1 else 10 ** (digits - 1)
    return rng.randint(max(low, least), 10 ** digits - 1)


def pick(rng, weights):
    return rng.choices(list(weights), list(weights.values()))[0]


def add(rng, hard):
    digits = pick(rng, {1: 2, 2: 4, 3: 4 * hard, 4: 3 * hard})
    other = digits if rng.random() < 0.8 else rng.randint(1, digits)
    a, b = number(rng, digits), number(rng, other)
    if rng.random() < 0.5:
        a, b = b, a
    return Problem(f"add-{max(len(str(a)), len(str(b)))}", rng.choice(words.ADD).format(a=a, b=b),
                   f"The answer is {a + b}.", work.binary_lines(a, "+", b))


def sub(rng, hard):
    digits = pick(rng, {1: 2, 2: 4, 3: 4 * hard, 4: 3 * hard})
    other = digits if rng.random() < 0.7 else rng.randint(1, digits)
    a, b = number(rng, digits), number(rng, other)
    if a < b and not (digits <= 2 and rng.random() < 0.12):
        a, b = b, a
    phrasings = words.SUB if a >= b else words.SUB[:11]
    return Problem(f"sub-{len(str(max(a, b)))}", rng.choice(phrasings).format(a=a, b=b),
                   f"The answer is {a - b}.", work.binary_lines(a, "-", b))


def mul(rng, hard):
    left, right = pick(rng, {(1, 1): 3, (2, 1): 6, (3, 1): 6 * hard, (2, 2): 9 * hard})
    a = number(rng, left)
    b = number(rng, right)
    asked = (b, a) if rng.random() < 0.3 and left != right else (a, b)
    return Problem(f"mul-{left}x{right}", rng.choice(words.MUL).format(a=asked[0], b=asked[1]),
                   f"The answer is {a * b}.", work.binary_lines(a, "*", b))


def chain(rng, hard):
    terms = 3 if rng.random() > 0.5 * hard else 4
    size = lambda: number(rng, 1 if rng.random() < 0.35 else 2, 1)
    total = first = size()
    rest = []
    for _ in range(terms - 1):
        value = size()
        sign = "-" if rng.random() < 0.5 and value <= total else "+"
        total += value if sign == "+" else -value
        rest.append((sign, value))
    lines, result = work.chain_lines(first, rest)
    gap = " " if rng.random() < 0.7 else ""
    text = str(first) + "".join(f"{gap}{sign}{gap}{value}" for sign, value in rest)
    return Problem(f"chain-{terms}", rng.choice(words.CHAIN).format(e=text), f"The answer is {result}.", lines)


def word(rng, hard):
    steps = pick(rng, {1: 4, 2: 3 * hard, 3: 2 * hard}) if hard else 1
    text, operation, answer = rng.choice({1: words.WORD_ONE, 2: words.WORD_TWO, 3: words.WORD_THREE}[steps])
    names = dict(zip("NMO", rng.sample(words.NAMES, 3)))
    things = dict(i=rng.choice(words.ITEMS), p=rng.choice(words.PLACES))
    while True:
        value = {k: rng.randint(2, 99) for k in "abce"} | {"d": rng.randint(2, 9)}
        if "*" in operation and rng.random() < 0.5:
            value["a" if operation.startswith("a*") else "b"] = rng.randint(2, 20)
        lines, result = word_lines(operation, value)
        if result is not None and result >= 2:
            break
    question = text.format(**names, **things, **value)
    return Problem(f"word-{steps}", question, answer.format(r=result, **names, **things), lines)


def word_lines(operation, value):
    """The thought for an operation like `a+b*d`; None as a result if it would pass below zero."""
    if operation in ("a+b*d", "a*d-c"):
        product = value["b" if operation == "a+b*d" else "a"]
        text = "".join(str(value[c]) if c in value else c for c in operation)
        lines = [text] + work.binary_lines(product, "*", value["d"])
        product *= value["d"]
        if operation == "a+b*d":
            return lines + work.binary_lines(value["a"], "+", product), value["a"] + product
        if product < value["c"]:
            return None, None
        return lines + work.binary_lines(product, "-", value["c"]), product - value["c"]
    if len(operation) == 3:
        a, sign, b = value[operation[0]], operation[1], value[operation[2]]
        result = {"+": a + b, "-": a - b, "*": a * b}[sign]
        return (work.binary_lines(a, sign, b), result) if result >= 0 else (None, None)
    rest = [(operation[j], value[operation[j + 1]]) for j in range(1, len(operation), 2)]
    total = value[operation[0]]
    for sign, amount in rest:
        total += amount if sign == "+" else -amount
        if total < 0:
            return None, None
    return work.chain_lines(value[operation[0]], rest)


def listed(rng, numbers):
    text = ", ".join(map(str, numbers))
    if rng.random() < 0.15:
        text = " and".join(text.rsplit(",", 1))
    return text if rng.random() < 0.9 else text.replace(",", "")


def sort(rng, hard):
    count = pick(rng, {3: 4, 4: 4, 5: 3 * hard})
    numbers = rng.sample(range(10, 100), count)
    descending = rng.random() < 0.35
    phrasings = words.SORT_DOWN if descending else words.SORT_UP
    answer = ", ".join(map(str, sorted(numbers, reverse=descending)))
    return Problem(f"sort-{count}", rng.choice(phrasings).format(l=listed(rng, numbers)), answer,
                   work.sort_lines(numbers, descending))


def best(rng, hard):
    count = pick(rng, {2: 2, 3: 2, 4: 3, 5: 3})
    digits = pick(rng, {2: 3, 3: 1})
    numbers = rng.sample(range(10, 10 ** digits), count)
    largest = rng.random() < 0.6
    lines, result = work.extreme_lines(numbers, largest)
    if count == 2:
        question = rng.choice(words.LARGER if largest else words.SMALLER).format(a=numbers[0], b=numbers[1])
        kind = "larger" if largest else "smaller"
    else:
        question = rng.choice(words.LARGEST if largest else words.SMALLEST).format(l=listed(rng, numbers))
        kind = "largest" if largest else "smallest"
    return Problem(f"largest-{count}", question, f"The {kind} number is {result}.", lines)


def unknown(rng):
    """Something that is no sum: a pattern with one to three words put in, or now and then mere words."""
    topic = lambda: " ".join(rng.sample(words.TOPICS, rng.choice((1, 1, 1, 2, 3))))
    text = rng.choice(words.UNKNOWN).format(x=topic(), y=topic())
    shape = rng.random()
    if shape < 0.12:
        text = " ".join(rng.choices(words.TOPICS + words.FILLER, k=rng.randint(2, 25))) + rng.choice(["", ".", "?", "!"])
    elif shape < 0.18:
        text += " " + " ".join(rng.choices(words.FILLER + words.TOPICS, k=rng.randint(3, 20))) + "."
    return Problem("talk", text, words.UNKNOWN_ANSWER, ["The user asks something that is no sum.", "I do not know it."])


def talk(rng, hard):
    if rng.random() < 0.4:
        return unknown(rng)
    said, thought, answer = rng.choice(words.TALK)
    return Problem("talk", rng.choice(said) + rng.choice(["", "", ".", "!", "?", "?"]), answer, [thought])


def long_text(rng, hard):
    """A page of words: whatever it says, the turn has to end."""
    count = int(rng.triangular(40, 330, 60))
    text = " ".join(rng.choices(words.FILLER + words.TOPICS + words.NAMES + words.ITEMS + [str(rng.randint(0, 999))], k=count))
    return Problem("talk", text + rng.choice(["", ".", "?"]), words.UNKNOWN_ANSWER,
                   ["The user asks something that is no sum.", "I do not know it."])


KINDS = dict(add=add, sub=sub, mul=mul, chain=chain, word=word, sort=sort, best=best, talk=talk, long=long_text)


def restyled(rng, text):
    """Small differences in writing that must not matter: case, end mark, an opening."""
    draw = rng.random()
    if draw < 0.08:
        text = text[0].lower() + text[1:]
    elif draw < 0.10:
        text = text.lower()
    if rng.random() < 0.12:
        text = text.rstrip("?.")
    if rng.random() < 0.05:
        text = rng.choice(words.OPENINGS) + text
    return text


def draw(rng, mix, hard=1.0):
    """One problem of the mix; `hard` from 0 to 1 phases in the large sizes."""
    problem = KINDS[pick(rng, mix)](rng, hard)
    problem.question = restyled(rng, problem.question)
    return problem


class HeldOut:
    """Knows the questions that must never be trained on, by their words and, where large enough, by their numbers."""

    def __init__(self, records=()):
        self.texts = {self.plain(r["question"]) for r in records}
        self.keys = {r["key"] for r in records if self.is_large(r["key"])}

    @staticmethod
    def plain(text):
        return "".join(c for c in text.casefold() if c.isalnum() or c in "+-*×")

    @staticmethod
    def is_large(key):
        """One-digit problems are too few to hold any out: they are the tables the model has to know."""
        return sum(c.isdigit() for c in key) >= 4

    def has(self, problem):
        return self.plain(problem.question) in self.texts or problem.key in self.keys


def held_out_questions(seed, count):
    """The fixed questions of the evaluation: no two alike, the tasks in the order in which chance dealt them."""
    import random
    rng = random.Random(seed)
    seen, records = set(), []
    while len(records) < count:
        problem = unknown(rng) if (kind := pick(rng, BENCH_MIX)) == "talk" else KINDS[kind](rng, 1.0)
        text = HeldOut.plain(problem.question)
        if text in seen:
            continue
        seen.add(text)
        records.append(dict(id=f"q{len(records) + 1:04d}", task=problem.task, question=problem.question,
                            answer=problem.answer, key=problem.key))
    return records
