"""What befalls a ledger under a running server: requests are refused or billed exactly, and the books agree after it."""

import contextlib
import os
import pathlib
import subprocess
import time

import httpx2
import pytest
from books import QUESTION, Books
from conftest import Server
from postgres_cluster import Cluster
from traffic import Traffic

CHECKPOINT = 16
FAKETIME = pathlib.Path("/usr/lib") / f"{os.uname().machine}-linux-gnu" / "faketime" / "libfaketime.so.1"


def ask(server, books):
    return httpx2.post(
        f"{server.url}/v1/chat/completions", json=QUESTION, headers={"x-api-key": books.key}, timeout=60
    )


def wait_for_status(server, books, status, seconds=30):
    """Asks until the answer has the status; everything before is an answer or a clean refusal."""
    deadline = time.monotonic() + seconds
    while (answer := ask(server, books)).status_code != status:
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 503:
            assert answer.json()["error"]["code"] == "ledger_unavailable" and answer.headers["retry-after"]
        assert time.monotonic() < deadline, f"no {status}"
        time.sleep(0.05)


def wait_for_readiness(server, status, seconds=20):
    """Ready is who could write when it last tried; it tries at least at each sign of life."""
    deadline = time.monotonic() + seconds
    while httpx2.get(server.url + "/health/ready").status_code != status:
        assert time.monotonic() < deadline, f"readiness is not {status}"
        time.sleep(0.1)


@pytest.mark.parametrize("number", [40, 255])
def test_a_postgresql_of_a_test_keeps_nothing_open_of_who_started_it(number):
    """Or whoever waits for the end of what it started waits for PostgreSQL's."""
    reading, writing = os.pipe()
    os.dup2(writing, number)
    os.close(writing)
    try:
        cluster = Cluster(pass_fds=[number])
    finally:
        os.close(number)
    try:
        os.set_blocking(reading, False)
        assert os.read(reading, 1) == b"", "the end of a pipe that nobody writes to"
    finally:
        os.close(reading)
        cluster.remove()


def test_postgresql_crashes_and_comes_back_twice():
    cluster = Cluster()
    try:
        books = Books("--ledger", cluster.new_database())
        with books.server(ACTUARY_BILLING_CHECKPOINT_TOKENS=str(CHECKPOINT)) as server:
            traffic = Traffic(server.url, books.key, 1)
            for mode in ["immediate", "fast"]:
                time.sleep(1)
                cluster.stop(mode)
                wait_for_status(server, books, 503)
                wait_for_readiness(server, 503)
                cluster.start()
                wait_for_status(server, books, 200)
                wait_for_readiness(server, 200)
            time.sleep(0.5)
            traffic.stop()
            assert server.stop() == 0
        table = books.check_traffic(traffic.delivered, traffic.finished, CHECKPOINT)
        assert traffic.refused and table["answers that came to their end"]
    finally:
        cluster.remove()


@contextlib.contextmanager
def small_disk(folder, size="3m"):
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount the small disk that is to be filled")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    """Takes all that is left of a disk."""
    with open(folder / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def test_the_disk_is_full_and_then_it_is_not(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        books = Books("--data-dir", disk / "data")
        with books.server(ACTUARY_BILLING_CHECKPOINT_TOKENS=str(CHECKPOINT)) as server:
            traffic = Traffic(server.url, books.key, 2)
            time.sleep(0.5)
            fill(disk)
            wait_for_status(server, books, 503)
            time.sleep(1)
            (disk / "filler").unlink()
            wait_for_status(server, books, 200)
            wait_for_readiness(server, 200)
            time.sleep(0.5)
            traffic.stop()
            assert server.stop() == 0
        # The traffic's four clients may all have been in the middle of answers, which wait for the disk.
        table = books.check_traffic(traffic.delivered, traffic.finished, CHECKPOINT)
        assert table["answers that came to their end"]


@pytest.mark.skipif(not FAKETIME.exists(), reason="the package libfaketime is not there to set clocks with")
def test_a_clock_that_is_set_back_opens_no_window_again(tmp_path):
    clock = tmp_path / "clock"
    environment = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
    environment |= {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}

    # A minute of the ledger has just begun, so that none ends before this does.
    begin = 5 - time.time() % 60

    def set_clock(days):
        clock.write_text(f"{begin + days * 86_400:+.3f}\n")

    books = Books("--data-dir", tmp_path / "data", limits=["--requests-per-minute", "2"])
    set_clock(0)
    # Only a program behind the first one that the library was loaded into finds its arguments where it looks for them.
    through = ["sh", "-c", 'exec "$0" "$@"']
    with Server(*books.place, environment=environment, through=through) as server:
        assert [ask(server, books).status_code for _ in range(3)] == [200, 200, 429]
        set_clock(-1)
        refused = ask(server, books)
        assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 60
        set_clock(1)
        assert [ask(server, books).status_code for _ in range(3)] == [200, 200, 429]
        set_clock(0)
        assert ask(server, books).status_code == 429
    # The ledger is a day ahead of this start's clock, and goes on from there.
    with books.server() as server:
        assert ask(server, books).status_code in (200, 429)
    times = [entry["time"] for entry in books.entries()]
    assert times == sorted(times) and times[-1] - times[0] > 86_000_000
    books.check()
