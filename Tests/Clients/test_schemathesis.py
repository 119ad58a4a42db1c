"""schemathesis makes up requests from `/openapi.json`; every answer has to be one that the document declares.

For each operation there are requests at the bounds of every declared value, `SCHEMATHESIS_CASES` more, right and wrong
ones, and those that follow from earlier answers. They are the same every time.
"""

import os
import re
import subprocess
import sys

import pytest
from conftest import Server, run

CASES = os.environ.get("SCHEMATHESIS_CASES")
# So that no request takes long, whatever it asks for.
SMALL = {"ACTUARY_ENGINE_DEFAULT_MAX_COMPLETION_TOKENS": "8", "ACTUARY_ENGINE_MAX_CHOICES": "2"}
ADMINISTRATION = "^/v1/admin/"
# A client that allows too little time is told by 503 and 504; no other status is the server's fault.
CONFIGURATION = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503, 504]
"""
# The bounds of these bodies are those of others, and thousands of cases; unless more than the usual ones are asked for.
TWINS = ["/v1/quote", "/v1/chat/completions/render", "/v1/messages/count_tokens"]
BRIEF = "".join(f'[[operations]]\ninclude-path = "{path}"\nphases.coverage.enabled = false\n' for path in TWINS)


def schemathesis(place, *arguments):
    """Runs the command from a folder that it may write into, and returns what it says."""
    (place / "schemathesis.toml").write_text(CONFIGURATION + (BRIEF if CASES is None else ""))
    ended = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", *arguments],
        capture_output=True, text=True, timeout=900, cwd=place, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize("scope", ["inference", "admin"])
def test_every_answer_is_as_declared(tmp_path, scope):
    place = ["--data-dir", str(tmp_path / "ledger")]
    assert run("account", "create", "acme", "--kind", "postpaid", *place).returncode == 0
    key = run("key", "create", "--account", "acme", "--scope", scope, *place).stdout.strip()
    with Server("--max-model-len", "256", *place, environment=SMALL) as server:
        said = schemathesis(
            tmp_path, f"{server.url}/openapi.json",
            "--include-path-regex" if scope == "admin" else "--exclude-path-regex", ADMINISTRATION,
            "--header", f"Authorization: Bearer {key}", "--max-examples", CASES or "6", "--generation-deterministic",
            "--request-timeout", "60",
            # What the document allows can be refused: two bounds that contradict each other, a prompt that is too long.
            "--exclude-checks", "positive_data_acceptance",
        )
        with server.http(headers={"Authorization": f"Bearer {key}"}) as http:
            operations = [path for path, methods in http.get("/openapi.json").json()["paths"].items() for _ in methods]
            operations.remove("/openapi.json")
            # Nothing that was made up took the rights away that the rest was asked with.
            assert http.get("/v1/admin/keys" if scope == "admin" else "/v1/models").status_code == 200
    expected = len([path for path in operations if bool(re.match(ADMINISTRATION, path)) == (scope == "admin")])
    assert f"Tested: {expected}\n" in said and int(re.search(r"(\d+) generated", said)[1]) > expected, said
