"""A throw-away PostgreSQL of one test module, which can be stopped and started."""

import pathlib
import shutil
import subprocess
import tempfile
import urllib.parse

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "postgres.sh"


class Cluster:
    def __init__(self, **options):
        # PostgreSQL runs as a user of its own, who must be able to get there.
        self.folder = tempfile.mkdtemp(prefix="actuary-postgres-")
        pathlib.Path(self.folder).chmod(0o755)
        self.count = 0
        self.start(**options)

    def start(self, **options):
        """`options` are those of `subprocess.run`."""
        result = subprocess.run([SCRIPT, "start", self.folder], capture_output=True, text=True, **options)
        if result.returncode == 69 and "not installed" in result.stderr:
            shutil.rmtree(self.folder)
            pytest.skip(result.stderr.strip())
        assert result.returncode == 0, result.stderr
        self.url = result.stdout.strip()
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port = parts.hostname, parts.port

    def stop(self, mode="immediate"):
        subprocess.run([SCRIPT, "stop", self.folder, mode], check=True, capture_output=True)

    def new_database(self):
        """The URL of an empty database."""
        self.count += 1
        name = f"ledger_{self.count}"
        subprocess.run(["psql", "-q", self.url, "-c", f"CREATE DATABASE {name}"], check=True)
        return self.url.removesuffix("/postgres") + f"/{name}"

    def through(self, url, relay):
        """The same database by way of a relay."""
        return url.replace(f":{self.port}/", f":{relay.port}/")

    def remove(self):
        subprocess.run([SCRIPT, "stop", self.folder, "immediate"], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
