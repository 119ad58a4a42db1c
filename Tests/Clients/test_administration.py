"""Accounts and keys over HTTP: what an administrator does counts at the next request, and the commands see it."""

import json
import threading

import httpx2
import pytest
from conftest import MODEL, Server, run

QUESTION = {"model": MODEL, "messages": [{"role": "user", "content": "What is 348 + 275?"}], "temperature": 0}


@pytest.fixture
def office(tmp_path):
    """A running server, its administration, and the command on the same ledger."""

    def command(*arguments):
        result = run(*arguments, "--data-dir", str(tmp_path))
        assert result.returncode == 0, result.stderr
        return result.stdout

    command("account", "create", "operators", "--kind", "postpaid")
    key = command("key", "create", "--account", "operators", "--scope", "admin").strip()
    with Server("--data-dir", str(tmp_path)) as server:
        headers = {"authorization": f"Bearer {key}"}
        with httpx2.Client(base_url=f"{server.url}/v1/admin", headers=headers, timeout=60) as admin:
            admin.server, admin.command = server, command
            yield admin


def post(admin, path, body=None, status=200, **headers):
    answer = admin.post(path, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def ask(admin, key):
    return httpx2.post(
        f"{admin.server.url}/v1/chat/completions", json=QUESTION, headers={"x-api-key": key}, timeout=60
    )


def test_a_customer_from_the_first_account_to_the_last_bill(office):
    post(office, "/accounts", {"name": "acme", "kind": "prepaid", "limits": {"requests_per_minute": 3}})
    made = post(office, "/keys", {"account": "acme", "label": "ci"})
    assert ask(office, made["key"]).status_code == 402
    post(office, "/accounts/acme/grants", {"usd": "0.25"}, **{"idempotency-key": "payment-1"})
    answer = ask(office, made["key"])
    assert answer.status_code == 200
    shown = office.get("/accounts/acme").json()
    assert shown["captured"] == answer.json()["usage"]["cost"] and shown["open_requests"] == 0
    assert json.loads(office.command("account", "show", "acme", "--json"))["captured"] == shown["captured"]
    post(office, "/accounts/acme", {"limits": {"requests_per_minute": 1}})
    assert ask(office, made["key"]).status_code == 429
    post(office, "/accounts/acme", {"limits": {"requests_per_minute": None}})
    rotated = post(office, f"/keys/{made['id']}/rotate")
    assert ask(office, made["key"]).status_code == 401 and ask(office, rotated["key"]).status_code == 200
    post(office, f"/keys/{made['id']}/revoke")
    assert ask(office, rotated["key"]).status_code == 401
    post(office, "/accounts/acme/close")
    post(office, "/keys", {"account": "acme"}, status=409)
    assert "the ledger is whole" in office.command("ledger", "verify")


def test_a_payment_that_is_sent_many_times_at_once_is_paid_in_once(office):
    post(office, "/accounts", {"name": "acme"})
    statuses = []

    def pay():
        headers = {**office.headers, "idempotency-key": "payment-1"}
        url = f"{office.server.url}/v1/admin/accounts/acme/grants"
        statuses.append(httpx2.post(url, json={"usd": 2}, headers=headers, timeout=60).status_code)

    threads = [threading.Thread(target=pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert office.get("/accounts/acme").json()["granted"] == 2


def test_the_last_word_on_who_may_administer(office):
    key = office.command("key", "create", "--account", "operators").strip()
    for headers, status in [({}, 401), ({"authorization": "Bearer none"}, 401), ({"authorization": f"Bearer {key}"}, 403)]:
        for path in ["accounts", "keys", "accounts/operators"]:
            answer = httpx2.get(f"{office.server.url}/v1/admin/{path}", headers=headers)
            assert answer.status_code == status and answer.json()["error"]["code"], (path, answer.text)
    with Server() as unlocked:
        assert httpx2.post(f"{unlocked.url}/v1/admin/accounts", json={"name": "a"}).status_code == 403
    assert office.get("/accounts/operators/close").status_code == 405


def test_metrics_name_accounts_to_administrators_only(office):
    for name in ["acme", "other"]:
        post(office, "/accounts", {"name": name})
        post(office, f"/accounts/{name}/grants", {"credits": 60})
    key = office.command("key", "create", "--account", "acme").strip()

    def balances(headers):
        text = httpx2.get(office.server.url + "/metrics", headers=headers).text
        return sorted(line for line in text.splitlines() if line.startswith("actuary_think_credits_balance"))

    for headers in [{}, {"authorization": f"Bearer {key}"}, {"authorization": "Bearer none"}]:
        assert balances(headers) == ["actuary_think_credits_balance 120"], headers
    named = [f'actuary_think_credits_balance{{account="{name}"}} 60' for name in ["acme", "other"]]
    assert balances({"authorization": office.headers["authorization"]}) == named
