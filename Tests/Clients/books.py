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

    def check_traffic(self, delivered, finished, checkpoint, was_cut_off=False):
        """Nothing was lost and nothing doubled of what reached clients, but for what a checkpoint may lag behind.

        A server that was cut off did not know what other attempts of the same request were billed: then a client may have
        been told of a higher cost than it pays. And a request that was held in the shared ledger and ended while it could
        not be reached is billed at its checkpoint if the server is then killed; what a lease pays for is known in full.
        Returns how often each thing happened.
        """
        self.check()
        ends = self.ends()
        holds = {entry["reference"]: entry["detail"] for entry in self.entries() if entry["kind"] == "hold"}
        leased = {id for id, detail in holds.items() if "lease" in detail}
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
            table["answers that came to their end"] += 1
            if was_cut_off and end["kind"] == "recovered" and id not in leased:
                assert 0 <= usage["completion_tokens"] - sum(end["detail"]["usage"][2:]) <= checkpoint, end
                table["answers billed at their checkpoint"] += 1
                continue
            assert end["kind"] == "capture", end
            assert sum(end["detail"]["usage"][2:]) == usage["completion_tokens"]
            table["answers paid from a lease"] += id in leased
            billed, told = end["detail"]["amount"], picodollars(usage["cost"])
            if id in leased and billed != told:
                assert billed < told and end["detail"]["billed"] != end["detail"]["usage"], end
                table["answers that cost less than was told"] += 1
            else:
                assert billed == told, end
        assert holds.keys() == ends.keys(), "a request has a hold and no end"
        for id, found in ends.items():
            assert len(found) == 1, id
            table[f"requests {found[0]['kind']}"] += 1
        return table
