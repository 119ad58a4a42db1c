"""Quota leases: what a server may still spend while it cannot reach the ledger that it shares with others."""

import json
import os
import random
import signal
import time

import httpx2
import pytest
from books import QUESTION, Books, picodollars
from conftest import Server, run
from postgres_cluster import Cluster
from tcp_relay import Relay
from traffic import Traffic

ANSWER = {**QUESTION, "max_completion_tokens": 48, "max_think_tokens": 16}
GRANT, LEASE = "0.00004", "0.000002"
CHECKPOINT = 16


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.remove()


class Fleet:
    """A server behind a wire that can be cut, with a lease, and one that is always connected."""

    def __init__(self, cluster, folder, usd=GRANT, lease=LEASE):
        self.folder, self.lease = folder, lease
        self.relay = Relay(cluster.host, cluster.port)
        self.url = cluster.new_database()
        self.books = Books("--ledger", self.url, usd=usd)
        self.far_url = cluster.through(self.url, self.relay)
        self.near = Server("--ledger", self.url)
        self.far = self.start()

    def start(self):
        environment = {
            "ACTUARY_BILLING_LEASE_USD": self.lease, "ACTUARY_BILLING_DEAD_AFTER": "2",
            "ACTUARY_BILLING_CHECKPOINT_TOKENS": str(CHECKPOINT),
        }
        return Server("--ledger", self.far_url, "--data-dir", str(self.folder), environment=environment)

    def ask(self, server, **headers):
        headers = {"authorization": f"Bearer {self.books.key}", **headers}
        return httpx2.post(f"{server.url}/v1/chat/completions", json=ANSWER, headers=headers, timeout=60)

    def leases(self):
        return [json.loads(line) for line in self.books.command("ledger", "leases", "--json").splitlines()]

    def wait(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it does not happen"
            time.sleep(0.1)

    def stop(self):
        for server in [self.near, self.far]:
            server.stop(signal.SIGKILL)
        self.relay.cut()


@pytest.fixture
def fleet(cluster, tmp_path):
    fleet = Fleet(cluster, tmp_path)
    yield fleet
    fleet.stop()


def check_money(books):
    """The journal, entry by entry: never more held, leased and spent than was granted."""
    granted = spent = 0
    holds, leases = {}, {}
    for entry in books.entries():
        detail, reference = entry["detail"], entry["reference"] if "reference" in entry else None
        if entry["kind"] == "grant":
            granted += detail["amount"]
        elif entry["kind"] == "lease":
            leases[reference] = detail["amount"]
        elif entry["kind"] == "lease_ended":
            assert leases.pop(reference) == detail["left"]
        elif entry["kind"] == "hold":
            holds[reference] = detail
            if "lease" in detail:
                leases[detail["lease"]["id"]] -= detail["amount"]
        elif entry["kind"] in ("capture", "recovered", "void"):
            hold, amount = holds.pop(reference), detail.get("amount", 0)
            spent += amount
            if "lease" in hold:
                leases[hold["lease"]["id"]] += hold["amount"] - amount
        assert all(left >= 0 for left in leases.values())
        assert spent + sum(leases.values()) + sum(hold["amount"] for hold in holds.values()) <= granted
    assert not holds
    return spent, leases


def test_a_server_that_is_cut_off_and_killed_spends_its_lease_and_no_more_and_its_next_run_tells(fleet):
    books = fleet.books
    told = [fleet.ask(fleet.far).json()]
    [lease] = fleet.leases()
    assert lease["account"] == "acme" and lease["left"] == float(LEASE)
    fleet.relay.cut()
    answers = []
    fleet.wait(lambda: answers.append(fleet.ask(fleet.far)) or answers[-1].status_code != 200)
    assert answers[-1].status_code == 503 and answers[-1].json()["error"]["code"] == "ledger_unavailable"
    spent = [answer.json() for answer in answers[:-1]]
    assert len(spent) >= 2
    metrics = httpx2.get(f"{fleet.far.url}/metrics", timeout=30).text
    assert "\nactuary_ledger_available 0\n" in metrics and "\nactuary_ledger_leases 1\n" in metrics
    assert sum(answer["usage"]["cost"] for answer in spent) <= float(LEASE)
    stranger = httpx2.post(f"{fleet.far.url}/v1/chat/completions", json=ANSWER, headers={"authorization": "Bearer nobody"})
    assert stranger.status_code == 503
    # The other one cannot spend what was set aside.
    while (answer := fleet.ask(fleet.near)).status_code == 200:
        told.append(answer.json())
    assert answer.status_code == 402
    fleet.far.stop(signal.SIGKILL)
    time.sleep(5)
    assert fleet.leases() == [lease], "others must leave the lease of a dead server alone"

    fleet.relay.mend()
    fleet.far = fleet.start()
    assert fleet.leases() == []
    assert fleet.ask(fleet.far).status_code == 200
    assert not [path for path in (fleet.folder / "leases").iterdir() if lease["run"] in path.name]
    told.append(fleet.ask(fleet.far).json())
    for server in [fleet.near, fleet.far]:
        assert server.stop() == 0
    assert not list((fleet.folder / "leases").iterdir())
    books.check()
    ends = books.ends()
    for answer in told[:1] + spent:
        [end] = ends[answer["id"]]
        assert end["kind"] == "capture" and end["account"] == "acme"
        assert end["detail"]["amount"] == picodollars(answer["usage"]["cost"])
    total, leases = check_money(books)
    assert leases == {} and picodollars(books.account()["captured"]) == total
    # pytest -rP shows it.
    print(f"{len(spent)} answers from a lease of {LEASE} USD, {total} pUSD in all")


def test_nothing_is_lost_or_doubled_when_a_server_is_cut_off_and_killed_under_traffic(cluster, tmp_path):
    fleet = Fleet(cluster, tmp_path, usd="1", lease="0.01")
    delivered, finished, unanswered = {}, {}, {}
    kills = int(os.environ.get("LEDGER_KILLS", "5"))
    after_cut = 0
    try:
        for number in range(kills):
            chance = random.Random(number)
            traffic = Traffic(fleet.far.url, fleet.books.key, number, unanswered)
            fleet.wait(lambda: traffic.finished)
            fleet.relay.cut()
            before = len(traffic.finished)
            if number == 0:
                fleet.wait(lambda: len(traffic.finished) > before + 5)
            time.sleep(chance.uniform(0.2, 1.5))
            if ends_well := chance.random() < 0.3:
                fleet.relay.mend()
                time.sleep(chance.uniform(0.0, 1.0))
            after_cut += len(traffic.finished) - before
            fleet.far.stop(signal.SIGKILL)
            traffic.stop()
            delivered |= traffic.delivered
            finished |= traffic.finished
            if not ends_well:
                fleet.relay.mend()
            fleet.far = fleet.start()
        fleet.books.wait_for_ends()
        for server in [fleet.near, fleet.far]:
            assert server.stop() == 0
        assert fleet.leases() == []
        table = fleet.books.check_traffic(delivered, finished, CHECKPOINT, was_cut_off=True)
        assert table["answers paid from a lease"] > 0
        check_money(fleet.books)
        # pytest -rP shows it.
        for line in [("kills", kills), ("answers after the cut", after_cut), *sorted(table.items())]:
            print("%-50s %d" % line)
    finally:
        fleet.stop()


def test_streams_that_begin_from_a_lease_go_on_when_the_ledger_is_back_and_are_billed_to_the_token(fleet):
    fleet.ask(fleet.far)
    fleet.relay.cut()
    body = {**ANSWER, "stream": True, "stream_options": {"include_usage": True}}
    headers = {"authorization": f"Bearer {fleet.books.key}", "idempotency-key": "one"}
    with httpx2.stream("POST", f"{fleet.far.url}/v1/chat/completions", json=body, headers=headers, timeout=60) as response:
        assert response.status_code == 200
        lines = response.iter_lines()
        first = next(line for line in lines if line.startswith("data: "))
        assert httpx2.get(f"{fleet.far.url}/health/ready").status_code == 200
        fleet.relay.mend()
        chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    id, usage = json.loads(first[6:])["id"], chunks[-1]["usage"]
    fleet.wait(lambda: id in fleet.books.ends())
    fleet.wait(lambda: fleet.leases() == [])
    [end] = fleet.books.ends()[id]
    assert end["kind"] == "capture" and end["detail"]["amount"] == picodollars(usage["cost"])
    assert sum(end["detail"]["usage"][2:]) == usage["completion_tokens"]
    # What was answered from a lease is known to all: nobody runs or bills it again.
    again = httpx2.post(f"{fleet.near.url}/v1/chat/completions", json=body, headers=headers, timeout=60)
    assert again.status_code == 200 and id in again.text
    for server in [fleet.near, fleet.far]:
        assert server.stop() == 0
    fleet.books.check()
    check_money(fleet.books)


def test_a_lease_that_is_given_up_is_back_in_its_account(fleet):
    fleet.ask(fleet.far)
    fleet.relay.cut()
    assert fleet.ask(fleet.far).status_code == 200
    fleet.far.stop(signal.SIGKILL)
    [lease] = fleet.leases()
    closing = run("account", "close", "acme", *fleet.books.place)
    assert closing.returncode != 0 and "set aside" in closing.stderr
    assert lease["id"] in fleet.books.command("ledger", "leases")
    said = fleet.books.command("ledger", "give-up", lease["id"])
    assert "back in the account acme" in said
    assert run("ledger", "give-up", lease["id"], *fleet.books.place).returncode != 0
    fleet.relay.mend()
    fleet.far = fleet.start()
    assert any("is not billed" in line for line in fleet.far.log)
    kept = [path.name for path in (fleet.folder / "leases").iterdir() if path.name.startswith(lease["run"])]
    assert f"{lease['run']}.sqlite.untold" in kept and all(".untold" in name for name in kept)
    for server in [fleet.near, fleet.far]:
        assert server.stop() == 0
    fleet.books.check()
    check_money(fleet.books)


def test_a_ledger_of_one_machine_has_no_leases(tmp_path):
    result = run("serve", "--port", "0", "--data-dir", str(tmp_path), env={"ACTUARY_BILLING_LEASE_USD": "0.1"})
    assert result.returncode == 78 and "billing.lease_usd" in result.stderr
    result = run("serve", "--port", "0", "--data-dir", str(tmp_path), env={"ACTUARY_BILLING_LEASE_USD": "-1"})
    assert result.returncode == 78 and "US dollars from 0 to 1000000" in result.stderr
