"""Mixed traffic: streams, streams that are left, bodies, several choices, budgets, and repetitions of what broke off."""

import json
import random
import threading
import time

import httpx2
from books import QUESTION

TEXTS = ["content", "reasoning_content"]


class Traffic:
    """Clients that remember what reached them."""

    def __init__(self, url, key, seed, unanswered=None):
        """`unanswered` has requests with an Idempotency-Key that earlier traffic got no answer to."""
        self.url, self.key, self.random = url, key, random.Random(seed)
        self.delivered = {}
        self.finished = {}
        self.unanswered = unanswered if unanswered is not None else {}
        self.refused = 0
        self.seed = seed
        self.isOver = False
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while not self.isOver:
            try:
                self.ask(self.random.choice(["stream", "stream", "leave", "body", "again"]))
            except (httpx2.HTTPError, json.JSONDecodeError, KeyError):
                time.sleep(0.01)

    def ask(self, kind):
        body = {
            **QUESTION, "temperature": 1, "ignore_eos": True, "max_tokens": self.random.choice([40, 400]),
            "n": self.random.choice([1, 1, 2]), "stream": kind in ("stream", "leave"),
            "max_think_tokens": self.random.choice([0, 100]),
        }
        with httpx2.Client(timeout=20, headers={"authorization": f"Bearer {self.key}"}) as http:
            if kind == "again":
                self.ask_again(http, body)
            elif kind == "body":
                self.finish(http.post(f"{self.url}/v1/chat/completions", json=body))
            else:
                body["stream_options"] = {"include_usage": True}
                self.stream(http, body, kind == "leave")

    def finish(self, answer):
        if answer.status_code != 200:
            self.refused += 1
            time.sleep(0.02)
        answer = answer.json()
        self.finished[answer["id"]] = answer["usage"]

    def ask_again(self, http, body):
        """Until there is an answer, whichever server gives it."""
        try:
            name, body = self.unanswered.popitem()
        except KeyError:
            name = f"{self.seed}-{self.random.random()}"
        try:
            answer = http.post(f"{self.url}/v1/chat/completions", json=body, headers={"idempotency-key": name})
            self.finish(answer)
        except (httpx2.HTTPError, json.JSONDecodeError, KeyError):
            self.unanswered[name] = body
            raise

    def stream(self, http, body, leaves):
        with http.stream("POST", f"{self.url}/v1/chat/completions", json=body) as response:
            if response.status_code != 200:
                self.refused += 1
                time.sleep(0.02)
            for line in response.iter_lines():
                if not line.startswith('data: {"id"'):
                    continue
                chunk = json.loads(line[6:])
                if chunk["usage"]:
                    self.finished[chunk["id"]] = chunk["usage"]
                elif any(any(c["delta"].get(name) for name in TEXTS) for c in chunk["choices"]):
                    self.delivered[chunk["id"]] = self.delivered.get(chunk["id"], 0) + 1
                if leaves and self.delivered.get(chunk["id"], 0) > 20:
                    return

    def stop(self):
        self.isOver = True
        for thread in self.threads:
            thread.join(timeout=30)
