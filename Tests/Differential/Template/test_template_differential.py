"""Compares our template interpreter with Python's jinja2, set up as `transformers` sets it up for chat templates.

Needs jinja2 and pytest, and the program TemplateRunner, whose path is in TEMPLATE_RUNNER. TEMPLATE_CASES scales the
number of random cases (default 1), TEMPLATE_SEED changes them.
"""

import json
import os
import pathlib
import random
import subprocess

import jinja2
import jinja2.ext
import jinja2.sandbox
import pytest

from corpus import TEMPLATES
from conversations import conversation
from programs import program, variables

ROOT = pathlib.Path(__file__).resolve().parents[3]
NVIDIA = ROOT / "Tests/Fixtures/templates/nemotron-nano-9b-v2.jinja"
OURS = ROOT / "Sources/actuary/Resources/actuary-embedded/chat_template.jinja"
SCALE = float(os.environ.get("TEMPLATE_CASES", "1"))
SEED = int(os.environ.get("TEMPLATE_SEED", "1"))


# What we refuse on purpose: some constructs, whole numbers beyond 64 bits, printing what shows addresses in Python.
NOT_COMPARED = ("is not supported", "beyond 64 bits", "cannot be printed")


class Generation(jinja2.ext.Extension):
    """The tag `generation`: its body is a call block, as in transformers, and is rendered as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def environment(**options):
    result = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols], **options
    )

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    result.filters["tojson"] = tojson
    result.globals["raise_exception"] = raise_exception
    return result


ENVIRONMENT = environment()
# Jinja computes constant expressions in advance, by slightly other rules than when the template runs (slices of what
# has none are undefined then). Random programs are full of constants, so this is switched off for them.
PLAIN = environment(optimized=False, finalize=jinja2.pass_context(lambda context, value: value))


def expected(case, environment):
    """What Python makes of a case: ("text", text), ("error", message) or, where it cannot be a guide, ("skip", why)."""
    try:
        template = environment.from_string(case["template"])
    except jinja2.TemplateSyntaxError as error:
        return "error", str(error)
    except Exception as error:  # Jinja's optimizer trips over constants in code that never runs
        return "skip", str(error)
    try:
        text = template.render(**case["variables"])
        text.encode()
        # Objects printed with their address.
        return "skip" if " at 0x" in text.lower() else "text", text
    except Exception as error:  # whatever the template provokes
        return "error", f"{type(error).__name__}: {error}"


def actual(cases):
    runner = os.environ.get("TEMPLATE_RUNNER")
    if not runner:
        pytest.skip("TEMPLATE_RUNNER is not set")
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run([runner], input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(answers) == len(cases), done.stderr
    return answers


def compare(cases, failures_allowed=1.0, environment=ENVIRONMENT):
    """Fails with the first differences; both sides failing counts as agreement."""
    differences = []
    failures = skipped = 0
    for case, answer in zip(cases, actual(cases)):
        kind, value = expected(case, environment)
        refused = kind == "text" and any(reason in answer.get("error", "") for reason in NOT_COMPARED)
        if kind == "skip" or refused:
            skipped += 1
            continue
        if kind == "error":
            failures += 1
            agrees = "error" in answer
        else:
            agrees = answer.get("text") == value
        if not agrees:
            differences.append({"case": case, "python": [kind, value], "ours": answer})
    print(f"{len(cases)} cases, {skipped} skipped, {failures} fail in Python, {len(differences)} differ")
    assert skipped <= 0.05 * len(cases)
    assert failures <= failures_allowed * len(cases)
    differences.sort(key=lambda difference: len(difference["case"]["template"]))
    shown = "\n".join(
        f"{each['case']['template']!r}\n  python: {each['python']}\n  ours:   {each['ours']}"[:1500]
        for each in differences[:12]
    )
    assert not differences, f"{len(differences)} of {len(cases)} differ:\n{shown}"


@pytest.mark.parametrize("path", [NVIDIA, OURS], ids=["nvidia", "ours"])
def test_checkpoint_templates(path):
    rng = random.Random(SEED)
    source = path.read_text()
    compare(
        [{"template": source, "variables": conversation(rng)} for _ in range(int(4000 * SCALE))], failures_allowed=0.3
    )


def test_ours_renders_what_nvidias_does():
    rng = random.Random(SEED + 1)
    ours, nvidia = OURS.read_text(), NVIDIA.read_text()
    conversations = [conversation(rng) for _ in range(int(3000 * SCALE))]
    left = actual([{"template": ours, "variables": each} for each in conversations])
    right = actual([{"template": nvidia, "variables": each} for each in conversations])
    for each, mine, theirs in zip(conversations, left, right):
        assert mine.get("text") == theirs.get("text"), json.dumps([each, mine, theirs], ensure_ascii=False)
        # The same parts must be able to hold special tokens, too.
        assert mine.get("trusted") == theirs.get("trusted"), json.dumps([each, mine, theirs], ensure_ascii=False)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_well_known_styles(name):
    rng = random.Random(SEED + 2)
    cases = []
    for _ in range(int(400 * SCALE)):
        values = conversation(rng)
        values["enable_thinking"] = rng.random() < 0.5
        values["bos_token"], values["eos_token"] = "<s>", "</s>"
        cases.append({"template": TEMPLATES[name], "variables": values})
    compare(cases, failures_allowed=0.7)


@pytest.mark.parametrize("part", range(4))
def test_random_programs(part):
    rng = random.Random(SEED * 100 + part)
    compare(
        [{"template": program(rng), "variables": variables(rng)} for _ in range(int(4000 * SCALE))],
        failures_allowed=0.8,
        environment=PLAIN,
    )
