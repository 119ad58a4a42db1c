"""The matrix of clients in the README: what the marked tests of a run did, never what somebody believes.

A test says what it shows with `@shows(LIBRARY, FEATURE, API)`. A run of all the tests of this folder fails when the
README says anything else; `pytest Tests/Clients -m client --write-matrix` writes it.
"""

import importlib.metadata
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BEGIN = "<!-- clients: begin (written by pytest Tests/Clients -m client --write-matrix) -->\n"
END = "<!-- clients: end -->\n"
ROWS = [
    ("openai", "chat"),
    ("openai", "responses"),
    ("anthropic", "messages"),
    ("langchain-openai", "chat"),
    ("langchain-openai", "responses"),
    ("openai-agents", "chat"),
    ("openai-agents", "responses"),
    ("instructor", "chat"),
    ("instructor", "responses"),
    ("llm", "chat"),
    ("llm", "responses"),
]
FEATURES = ["question", "async", "stream", "tools", "structured output", "errors", "retries"]


def shows(library, feature, api="chat"):
    """Marks a test that shows a feature of a client library."""
    assert (library, api) in ROWS and feature in FEATURES, (library, feature, api)
    return pytest.mark.client(library, feature, api)


def shows_by_both(library, *features):
    """Runs a test with `api` as chat and as responses, marked for both rows of the library."""
    apis = [pytest.param(api, id=api, marks=[shows(library, feature, api) for feature in features]) for api in ("chat", "responses")]
    return pytest.mark.parametrize("api", apis)


def table(outcomes):
    """The matrix as Markdown, from the outcomes of each cell's tests: passed, failed or skipped."""
    lines = [f"| library | API | {' | '.join(FEATURES)} |", "|---" * (len(FEATURES) + 2) + "|"]
    for library, api in ROWS:
        cells = [mark(outcomes.get((library, feature, api), set())) for feature in FEATURES]
        lines.append(f"| `{library}` {importlib.metadata.version(library)} | {api} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def mark(outcomes):
    if "failed" in outcomes:
        return "fails"
    return "✓" if "passed" in outcomes else "–"


class Matrix:
    """The plugin: collects the outcomes of marked tests, then writes or compares."""

    def __init__(self, write):
        self.write = write
        self.cells = {}
        self.outcomes = {}
        self.is_whole = False
        self.some_deselected = False
        self.complaint = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session, items):
        for item in items:
            self.cells[item.nodeid] = [mark.args for mark in item.iter_markers("client")]
        given = [pathlib.Path(argument).resolve() for argument in session.config.args]
        self.is_whole = given == [pathlib.Path(__file__).parent.resolve()] and not self.some_deselected

    def pytest_deselected(self, items):
        # `-m client` leaves out nothing that counts.
        self.some_deselected = self.some_deselected or any(item.get_closest_marker("client") for item in items)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            for cell in self.cells.get(report.nodeid, []):
                self.outcomes.setdefault(cell, set()).add(report.outcome)

    def pytest_sessionfinish(self, session):
        if not self.is_whole or session.shouldstop or session.shouldfail or session.config.option.collectonly:
            return
        before = README.read_text()
        head, rest = before.split(BEGIN)
        tail = rest.split(END)[1]
        after = head + BEGIN + table(self.outcomes) + END + tail
        if self.write:
            README.write_text(after)
        elif after != before:
            self.complaint = "The README's matrix of clients is not what was run, which is:\n"
            self.complaint += table(self.outcomes)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.complaint:
            terminalreporter.section("clients", red=True)
            terminalreporter.write(self.complaint)
