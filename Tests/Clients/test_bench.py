"""`actuary bench budget` on a part of its questions: the numbers are whole, and thinking pays."""

import json

from conftest import run

BUDGETS = "0,16,32,64,128,-1"


def test_the_budget_curve_rises_and_is_reported_in_three_forms(server, tmp_path):
    lines, chart = tmp_path / "budget.jsonl", tmp_path / "budget.svg"
    result = run(
        "bench", "budget", "--url", server.url, "--limit", "120", "--budgets", BUDGETS,
        "--json", str(lines), "--svg", str(chart), timeout=300,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "no_think" in result.stdout and "unlimited" in result.stdout
    assert chart.read_text().lstrip().startswith("<svg")
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    overall = [row for row in rows if row.get("task") in (None, "all")]
    accuracy = [row["accuracy"] for row in overall]
    assert len(accuracy) == 6
    print("accuracy at", BUDGETS, accuracy)
    # Of 120 questions one is 0.8 points; the bars are those of the whole set with a margin for that.
    scale = 100 if max(accuracy) > 1 else 1
    assert accuracy[-1] >= 0.85 * scale
    assert accuracy[0] <= accuracy[-1] / 3
    assert all(later >= earlier - 0.05 * scale for earlier, later in zip(accuracy, accuracy[1:]))
    thinking = [row["mean_thinking_tokens"] for row in overall]
    assert thinking == sorted(thinking) and thinking[0] == 0 and thinking[1] <= 16


def test_a_missing_server_is_one_clear_sentence():
    result = run("bench", "budget", "--url", "http://127.0.0.1:9", "--limit", "1")
    assert result.returncode == 69 and "127.0.0.1:9" in result.stderr
