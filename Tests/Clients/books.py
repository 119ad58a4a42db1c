"""A ledger with an account, a key and the commands that work on it; and what must be true of it after any traffic."""

import collections
import json
import time

from conftest import MODEL, Server, run

QUESTION = {"model": MODEL, "messages": [{"role": "user", "content": "What is 348 + 275?"}], "temperature": 0}
PRICES = {"prompt": 1000, "cached_prompt": 250, "thinking": 5000, "answer": 4000}


def picodollars(usd):
    return round(usd * 10**12)


class Books:
    def __init__(self, *place, limits=(), usd="1"):
        """`place` is where the ledger is: --data-dir PATH, or --ledger URL."""
        self.place = [str(word) for word in place]
        self.command("account", "create", "acme", "--kind", "prepaid", *limits)
        self.command("account", "grant", "acme", "--usd", usd)
        self.key = self.command("key", "create", "--account", "acme").strip()

    def command(self, *arguments, code=0):
        result = run(*arguments, *self.place)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout

    def server(self, *arguments, **environment):
        return Server(*self.place, *arguments, environment=environment)

    def entries(self):
        return [json.loads(line) for line in self.command("ledger", "export").splitlines()]

    def ends(self):
        """The entries that end a request, by its id."""
        ends = collections.defaultdict(list)
        for entry in self.entries():
            if entry["kind"] in ("capture", "void", "recovered"):
                ends[entry["reference"]].append(entry)
        return ends

    def account(self):
        return json.loads(self.command("account", "show", "acme", "--json"))

    def wait_for_ends(self, seconds=20):
        """Until no request is open: a shared ledger knows its dead servers by their silence."""
        deadline = time.monotonic() + seconds
        while self.account()["open_requests"] > 0:
            assert time.monotonic() < deadline, "requests of dead servers stay open"
            time.sleep(0.2)

    def check(self):
        self.command("ledger", "verify")
        self.command("ledger", "reconcile")

    def check_traffic(self, delivered, finished, checkpoint):
        """Nothing was lost and nothing doubled of what reached clients, but for what a checkpoint may lag behind.

        Returns how often each thing happened.
        """
        self.check()
        ends = self.ends()
        table = collections.Counter()
        for id, pieces in delivered.items():
            [end] = ends[id]
            assert end["kind"] in ("capture", "recovered"), end
            # A piece of text has a token at least.
            missing = pieces - sum(end["detail"]["usage"][2:])
            assert missing <= checkpoint, (id, pieces, end)
            table["streams that delivered text"] += 1
            table["most pieces delivered beyond what is billed"] = max(
                missing, table["most pieces delivered beyond what is billed"]
            )
        for id, usage in finished.items():
            [end] = ends[id]
            assert end["kind"] == "capture", end
            assert sum(end["detail"]["usage"][2:]) == usage["completion_tokens"]
            assert end["detail"]["amount"] == picodollars(usage["cost"])
            table["answers that came to their end"] += 1
        held = {entry["reference"] for entry in self.entries() if entry["kind"] == "hold"}
        assert held == set(ends), "a request has a hold and no end"
        for id, found in ends.items():
            assert len(found) == 1, id
            table[f"requests {found[0]['kind']}"] += 1
        return table
