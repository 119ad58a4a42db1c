"""Starts real servers for the tests: the release binary, the built-in model, a free port on loopback."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

import httpx2
import openai
import pytest
from faulty_proxy import FaultyProxy
from matrix import Matrix

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests" / "Fixtures"
BINARY = os.environ.get("ACTUARY_BINARY", str(ROOT / ".build" / "release" / "actuary"))

# Nothing that a test starts may touch the ledger of whoever runs it.
os.environ["ACTUARY_DATA_DIR"] = tempfile.mkdtemp(prefix="actuary-data-")


def stay_here(event, arguments):
    """Client libraries like to report home; none of them may."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    assert not host or host in ("localhost", "::1") or host.startswith("127."), f"a test connects to {host}"


sys.addaudithook(stay_here)


def pytest_addoption(parser):
    parser.addoption("--write-matrix", action="store_true", help="write the matrix of clients into the README")


def pytest_configure(config):
    config.addinivalue_line("markers", "client(library, feature, api): what of a client library a test shows, see matrix.py")
    config.pluginmanager.register(Matrix(config.getoption("--write-matrix")))


class Server:
    """A running server; `with Server(...) as server` stops it again."""

    def __init__(self, *arguments, environment=None, through=()):
        """`through` is a command that turns itself into the one behind it."""
        # A ledger of its own, unless the arguments name one.
        self.data = tempfile.TemporaryDirectory(prefix="actuary-data-")
        self.process = subprocess.Popen(
            [*through, BINARY, "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "ACTUARY_DATA_DIR": self.data.name, **(environment or {})},
        )
        self.log = []
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True)
        self.reader.start()
        self.first_line = self.process.stdout.readline()
        assert self.first_line.startswith(("listening on http://", "listening on https://")), "".join(self.log) + self.first_line
        self.url = self.first_line.removeprefix("listening on ").strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def http(self, **options):
        return httpx2.Client(base_url=self.url, timeout=60, **options)

    def openai(self, **options):
        return openai.OpenAI(base_url=f"{self.url}/v1", **{"api_key": "none", "max_retries": 0, **options})

    def stop(self, number=signal.SIGTERM):
        """Ends the server and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def run(*arguments, timeout=60, **options):
    """Runs the command to its end."""
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=timeout, **options)


@pytest.fixture(scope="session")
def server():
    with Server() as running:
        yield running


@pytest.fixture
def client(server):
    return server.openai()


@pytest.fixture
def http(server):
    with server.http() as connection:
        yield connection


@pytest.fixture
def faulty(server):
    """A proxy before the server that fails as its `faults` say."""
    proxy = FaultyProxy(server.url)
    yield proxy
    proxy.close()


MODEL = "actuary-embedded"
