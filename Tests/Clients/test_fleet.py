"""Three servers, one PostgreSQL, HAProxy in front: balances and limits stay exact whatever becomes of the servers."""

import collections
import contextlib
import json
import shutil
import signal
import socket
import subprocess
import threading
import time

import httpx2
import pytest
from books import QUESTION, Books, picodollars
from conftest import Server
from postgres_cluster import Cluster
from tcp_relay import Relay

ANSWER = {**QUESTION, "max_completion_tokens": 48, "max_think_tokens": 16}
GRANT = "0.00002"
PER_MINUTE, PARALLEL = 30, 2
# How long a server may be silent before the others bill what it left.
DEAD_AFTER = 2


class Proxy:
    """HAProxy in front of servers, asking each whether it is ready."""

    CONFIGURATION = """
defaults
    mode http
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    retries 3
    option redispatch 1
    retry-on conn-failure
frontend clients
    bind 127.0.0.1:{port}
    default_backend servers
backend servers
    balance roundrobin
    option httpchk GET /health/ready
    default-server check inter 200ms fall 1 rise 1
{servers}
"""

    def __init__(self, folder, servers):
        if not (program := shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")):
            pytest.skip("HAProxy is not installed: Config/install.sh haproxy")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        lines = [f"    server s{number} {server.url.removeprefix('http://')}" for number, server in enumerate(servers)]
        file = folder / "haproxy.cfg"
        file.write_text(self.CONFIGURATION.format(port=port, servers="\n".join(lines)))
        self.process = subprocess.Popen([program, "-db", "-f", file], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(self.url + "/health/ready").status_code == 200:
                    return
            assert time.monotonic() < deadline, "HAProxy does not start"
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


class Load:
    """Clients that ask through the proxy as fast as they can, and remember what they were told."""

    def __init__(self, url, keys):
        self.url, self.isOver = url, False
        self.answers, self.statuses = {}, collections.Counter()
        self.threads = [threading.Thread(target=self.work, args=(key,), daemon=True) for key in keys]
        for thread in self.threads:
            thread.start()

    def work(self, key):
        with httpx2.Client(base_url=self.url, headers={"authorization": f"Bearer {key}"}, timeout=60) as http:
            while not self.isOver:
                try:
                    answer = http.post("/v1/chat/completions", json=ANSWER)
                except httpx2.HTTPError:
                    self.statuses["broken"] += 1
                    continue
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    self.answers[answer.json()["id"]] = answer.json()["usage"]
                else:
                    time.sleep(0.05)

    def wait(self, condition, seconds=120):
        deadline = time.monotonic() + seconds
        while not condition(self):
            assert time.monotonic() < deadline, self.statuses
            time.sleep(0.02)

    def stop(self):
        self.isOver = True
        for thread in self.threads:
            thread.join(timeout=60)


def ask(server, key):
    return httpx2.post(f"{server.url}/v1/chat/completions", json=ANSWER, headers={"x-api-key": key}, timeout=60)


def run_of(books, answer):
    """The run of a server that has answered, as the ledger calls it."""
    [hold] = [e for e in books.entries() if e["kind"] == "hold" and e["reference"] == answer.json()["id"]]
    return hold["detail"]["instance"]


def test_money_and_limits_stay_exact_while_one_server_is_killed_and_one_is_cut_off(tmp_path):
    cluster = Cluster()
    relay = Relay(cluster.host, cluster.port)
    running, proxy = [], None
    try:
        url = cluster.new_database()
        books = Books("--ledger", url, usd=GRANT)
        limits = ["--requests-per-minute", str(PER_MINUTE), "--parallel-requests", str(PARALLEL)]
        limited = books.command("key", "create", "--account", "acme", *limits).strip()
        places = [url, url, cluster.through(url, relay)]
        settings = {"ACTUARY_BILLING_DEAD_AFTER": str(DEAD_AFTER), "ACTUARY_BILLING_CHECKPOINT_TOKENS": "16"}
        running = [Server("--ledger", place, environment=settings) for place in places]
        killed, healthy, remote = running
        runs = {name: run_of(books, ask(server, books.key)) for name, server in zip(["killed", "remote"], [killed, remote])}
        proxy = Proxy(tmp_path, running)

        load = Load(proxy.url, [books.key] * 5 + [limited] * 3)
        load.wait(lambda load: len(load.answers) >= 15)
        killed.stop(signal.SIGKILL)
        load.wait(lambda load: len(load.answers) >= 30)
        relay.cut()
        time.sleep(0.3)
        cut_at = len(books.entries())
        alone = ask(remote, books.key)
        assert alone.status_code == 503 and alone.json()["error"]["code"] == "ledger_unavailable"
        assert httpx2.get(remote.url + "/health/ready").status_code == 503
        assert httpx2.get(remote.url + "/health/live").status_code == 200
        load.wait(lambda load: load.statuses[402] >= 10)
        # The cut-off one has been taken for dead by now, as the killed one was.
        time.sleep(2 * DEAD_AFTER)
        while_cut = books.entries()[cut_at:]
        assert while_cut and not [e for e in while_cut if e["kind"] == "hold" and e["detail"]["instance"] == runs["remote"]]
        relay.mend()
        deadline = time.monotonic() + 20
        while httpx2.get(remote.url + "/health/ready").status_code != 200:
            assert time.monotonic() < deadline, "a mended server stays unready"
            time.sleep(0.1)
        books.command("account", "grant", "acme", "--usd", "0.00001")
        assert ask(remote, books.key).status_code == 200
        load.stop()
        for server in [healthy, remote]:
            assert server.stop() == 0
        check(books, load, runs, limited)
    finally:
        for server in running:
            server.stop(signal.SIGKILL)
        if proxy:
            proxy.stop()
        relay.cut()
        cluster.remove()


def check(books, load, runs, limited):
    books.check()
    entries, ends = books.entries(), books.ends()
    keys = [json.loads(line) for line in books.command("key", "list", "--json").splitlines()]
    [limited] = [key["id"] for key in keys if key["limits"]["parallel_requests"] == PARALLEL]
    # The journal, entry by entry: never more held and spent than was granted, never a limit passed.
    granted = spent = 0
    holds, per_minute = {}, collections.Counter()
    for entry in entries:
        detail = entry["detail"]
        if entry["kind"] == "grant":
            granted += detail["amount"]
        elif entry["kind"] == "hold":
            holds[entry["reference"]] = entry
            per_minute[entry["key"], entry["time"] // 60_000] += 1
        elif entry["kind"] in ("capture", "recovered", "void"):
            del holds[entry["reference"]]
            spent += detail.get("amount", 0)
        assert spent + sum(hold["detail"]["amount"] for hold in holds.values()) <= granted
        assert sum(hold["key"] == limited for hold in holds.values()) <= PARALLEL
    assert not holds
    assert max(count for (key, _), count in per_minute.items() if key == limited) <= PER_MINUTE
    account = books.account()
    assert picodollars(account["captured"]) == spent and account["held"] == 0
    # What clients were told is what was billed; of a server that was cut off meanwhile, no token more than that.
    for id, usage in load.answers.items():
        [end] = ends[id]
        if end["kind"] == "recovered":
            assert end["detail"]["instance"] == runs["remote"]
            assert sum(end["detail"]["usage"][2:]) <= usage["completion_tokens"]
        else:
            assert end["detail"]["amount"] == picodollars(usage["cost"])
    recovered = [e for found in ends.values() for e in found if e["kind"] == "recovered"]
    assert {e["detail"]["instance"] for e in recovered} <= set(runs.values())
    # pytest -rP shows it.
    print(f"{len(load.answers)} answers, {len(recovered)} recovered, {spent} of {granted} spent; {dict(load.statuses)}")
