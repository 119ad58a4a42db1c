"""`actuary bench`: the budget curve on a part of its questions, and the engine with made-up weights of a small shape."""

import json
from pathlib import Path

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


CONFIG = Path(__file__).parent.parent / "Fixtures/models/hybrid-two-groups/config.json"
FIELDS = [
    "shape", "weights", "phase", "batch", "depth", "tokens_per_second", "bytes_per_token", "limit_tokens_per_second",
    "fraction_of_limit", "read_gb_per_second", "rss_bytes",
]  # fmt: skip


def test_decode_and_prefill_report_one_line_a_case(tmp_path):
    for phase in ["decode", "prefill"]:
        lines = tmp_path / f"{phase}.jsonl"
        result = run(
            "bench", phase, "--shape", CONFIG, "--weights", "int4,int8,bf16,int4-codebook", "--batch", "1,2",
            "--depth", "0,64", "--tokens", "4", "--threads", "2", "--rounds", "1", "--json", lines,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        rows = [json.loads(line) for line in lines.read_text().splitlines()]
        assert len(rows) == 4 * 2 * 2
        assert all(list(row)[: len(FIELDS)] == FIELDS for row in rows)
        assert all(row["tokens_per_second"] > 0 and row["threads"] == 2 for row in rows)
        assert len(result.stdout.splitlines()) == 2 + len(rows)


def test_a_shape_that_does_not_fit_is_refused_before_anything_is_reserved():
    result = run("bench", "decode", "--shape", "transformer-9b", "--batch", "1024", "--depth", "131072")
    assert result.returncode == 78 and "MiB are free" in result.stderr and result.stdout == ""


def test_the_config_of_a_shape_can_be_printed():
    result = run("bench", "decode", "--shape", "1b", "--print-config")
    assert result.returncode == 0 and json.loads(result.stdout)["num_hidden_layers"] == 23


def test_load_on_a_server_is_measured(server, tmp_path):
    lines = tmp_path / "load.jsonl"
    result = run(
        "bench", "serve", "--url", server.url, "--concurrency", "1,3", "--duration", "1.5", "--max-tokens", "20",
        "--prompt-words", "20", "--shared-words", "10", "--arriving-words", "300", "--json", str(lines), timeout=120,
    )
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [row["load"] for row in rows] == ["1 streams", "3 streams"]
    for row in rows:
        assert row["failed"] == 0 and row["requests"] >= 1 and row["arriving_prompts"] >= 1
        assert row["tokens_per_second"] > 0
        assert 0 < row["time_to_first_token"]["p50"] <= row["time_to_first_token"]["max"]
        assert row["gap"]["p50"] <= row["gap"]["p99"] <= row["gap"]["max"]

    paced = run("bench", "serve", "--url", server.url, "--rate", "20", "--duration", "1", "--max-tokens", "4", timeout=60)
    assert paced.returncode == 0 and "20.0 /s" in paced.stdout
    assert run("bench", "serve", "--url", "http://127.0.0.1:9").returncode == 69
    assert run("bench", "serve", "--rate", "0").returncode == 64
