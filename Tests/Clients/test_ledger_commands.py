"""The commands for accounts, keys and the ledger, as an operator and an auditor use them."""

import csv
import hashlib
import io
import json
import os
import re
import resource
import sqlite3
import subprocess

import pytest
from conftest import BINARY


@pytest.fixture
def actuary(tmp_path):
    """Runs a command on a ledger of its own; returns what it printed, or checks the exit code it failed with."""

    def run(*arguments, fails=None, **options):
        environment = {**os.environ, "ACTUARY_DATA_DIR": str(tmp_path / "data")}
        result = subprocess.run([BINARY, *arguments], capture_output=True, text=True, env=environment, **options)
        if fails is None:
            assert result.returncode == 0, result.stderr
            return result.stdout
        assert result.returncode == fails, (result.returncode, result.stderr)
        assert result.stdout == ""
        return result.stderr

    run.ledger = tmp_path / "data" / "ledger.sqlite"
    return run


def test_an_account_is_opened_credited_and_closed(actuary):
    actuary("account", "create", "acme", "--kind", "prepaid", "--plan", "nano", "--usd-per-day", "5")
    actuary("account", "grant", "acme", "--usd", "0.000000000001", "--id", "payment-1")
    actuary("account", "grant", "acme", "--usd", "0.000000000001", "--id", "payment-1")
    actuary("account", "grant", "acme", "--usd", "12.5")
    actuary("account", "grant", "acme", "--credits", "1000")
    shown = json.loads(actuary("account", "show", "acme", "--json"), parse_float=str)
    assert shown["spendable"] == "12.500000000001"
    assert shown["limits"]["usd_per_day"] == 5
    assert shown["credits"]["granted"] == 61_000
    actuary("account", "limit", "acme", "--usd-per-day", "none", "--requests-per-minute", "60")
    limits = json.loads(actuary("account", "show", "acme", "--json"))["limits"]
    assert limits["usd_per_day"] is None and limits["requests_per_minute"] == 60
    actuary("account", "create", "monthly", "--kind", "capped", "--cap", "3")
    actuary("account", "grant", "monthly", "--usd", "1.5")
    listed = [json.loads(line) for line in actuary("account", "list", "--json").splitlines()]
    assert [(a["name"], a["cap"]) for a in listed] == [("acme", None), ("monthly", 4.5)]
    assert "closed" in actuary("account", "close", "acme")
    assert "is closed" in actuary("account", "grant", "acme", "--usd", "1", fails=65)


def test_a_key_is_shown_once_and_kept_as_a_digest(actuary):
    actuary("account", "create", "acme")
    first = actuary("key", "create", "--account", "acme", "--label", "ci", "--expires", "2099-01-31")
    assert re.fullmatch(r"sk-act-[0-9A-Za-z]{43}\n", first)
    (key,) = [json.loads(line) for line in actuary("key", "list", "--json").splitlines()]
    assert (key["account"], key["label"], key["scope"]) == ("acme", "ci", "inference")
    assert key["expires"] == "2099-01-31T00:00:00.000Z"
    second = actuary("key", "rotate", key["id"])
    assert second != first
    actuary("key", "revoke", key["id"])
    assert "revoked" in actuary("key", "list")
    assert "is revoked" in actuary("key", "rotate", key["id"], fails=65)
    stored = actuary.ledger.read_bytes() + actuary("ledger", "export").encode()
    for secret in (first, second):
        assert secret.strip().encode() not in stored
        assert hashlib.sha256(secret.strip().encode()).hexdigest().encode() in stored


def test_an_auditor_checks_the_chain_without_actuary(actuary):
    actuary("account", "create", "acme", "--plan", "small")
    for _ in range(3):
        actuary("account", "grant", "acme", "--usd", "1")
    lines = actuary("ledger", "export").splitlines()
    previous = bytes(32)
    for number, line in enumerate(lines, 1):
        body, claimed = re.fullmatch(r'(.*),"hash":"([0-9a-f]{64})"\}', line).groups()
        previous = hashlib.sha256(previous + body.encode() + b"}").digest()
        assert previous.hex() == claimed
        assert json.loads(line)["seq"] == number
    assert len(lines) == 4
    assert actuary("ledger", "export", "--after", "2").splitlines() == lines[2:]
    rows = list(csv.DictReader(io.StringIO(actuary("ledger", "export", "--format", "csv"))))
    assert [row["picodollars"] for row in rows] == ["", *["1000000000000"] * 3]
    events = [json.loads(line) for line in actuary("ledger", "export", "--format", "cloudevents").splitlines()]
    assert len({(event["source"], event["id"]) for event in events}) == 4
    assert all(event["specversion"] == "1.0" for event in events)


def test_verify_fails_when_anybody_has_changed_a_row(actuary):
    actuary("account", "create", "acme")
    actuary("account", "grant", "acme", "--usd", "1")
    assert "the ledger is whole" in actuary("ledger", "verify")
    assert "agree" in actuary("ledger", "reconcile")
    database = sqlite3.connect(actuary.ledger)
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        database.execute("UPDATE journal SET account = 'other'")
    database.execute("DROP TRIGGER journal_keeps_values")
    database.execute("UPDATE journal SET detail = replace(detail, '1000000000000', '9000000000000') WHERE kind = 'grant'")
    database.commit()
    database.close()
    result = subprocess.run(
        [BINARY, "ledger", "verify", "--data-dir", str(actuary.ledger.parent)], capture_output=True, text=True
    )
    assert result.returncode == 65
    assert "entry 2 does not follow on entry 1" in result.stderr


def test_an_invoice_of_nothing(actuary):
    actuary("account", "create", "acme")
    invoice = json.loads(actuary("ledger", "invoice", "acme", "--month", "2026-11", "--format", "json"))
    assert (invoice["account"], invoice["month"], invoice["total"]) == ("acme", "2026-11", 0)
    assert "to pay        0.00 USD" in actuary("ledger", "invoice", "acme", "--month", "2026-11")


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (64, ["account", "create", "acme corp"]),
        (64, ["account", "create", "acme", "--plan", "huge"]),
        (64, ["account", "create", "acme", "--kind", "prepaid", "--cap", "3"]),
        (64, ["account", "grant", "acme", "--usd", "1e3"]),
        (64, ["account", "grant", "acme"]),
        (64, ["ledger", "invoice", "acme", "--month", "2026-13"]),
        (65, ["account", "show", "nobody"]),
        (65, ["account", "grant", "nobody", "--usd", "1"]),
        (65, ["key", "create", "--account", "nobody"]),
        (65, ["key", "revoke", "key_0"]),
        (65, ["ledger", "invoice", "nobody", "--month", "2026-11"]),
        (69, ["account", "list", "--ledger", "postgres://127.0.0.1:1/none"]),
        (74, ["account", "list", "--data-dir", "/dev/null/data"]),
        (78, ["account", "create", "acme", "--plan", "nano", "--prices", "/nowhere.yaml"]),
    ],
)
def test_failures_have_their_exit_codes(actuary, code, arguments):
    assert actuary(*arguments, fails=code).strip()


def test_a_newer_ledger_is_refused(actuary):
    actuary("account", "list")
    database = sqlite3.connect(actuary.ledger)
    database.execute("INSERT INTO grdb_migrations VALUES ('99')")
    database.commit()
    database.close()
    assert "newer actuary (schema 99)" in actuary("account", "list", fails=78)


@pytest.mark.parametrize("limit", [0, 16_384])
def test_a_full_disk_is_an_error_and_harms_nothing(actuary, limit):
    actuary("account", "create", "acme")

    def little_space():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    # Python ignores the signal for files that grow too large, and so does its child here.
    full = {"preexec_fn": little_space, "restore_signals": False}
    assert actuary("account", "grant", "acme", "--usd", "1", "--id", "g1", fails=74, **full).strip()
    assert json.loads(actuary("account", "show", "acme", "--json"))["granted"] == 0
    actuary("account", "grant", "acme", "--usd", "1", "--id", "g1")
    assert json.loads(actuary("account", "show", "acme", "--json"))["granted"] == 1
    assert "the ledger is whole" in actuary("ledger", "verify")
