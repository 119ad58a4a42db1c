"""A server that is busy until it has refused a client, to see how that client waits for its turn."""

import contextlib
import json
import threading
import time

from conftest import MODEL, Server

ENVIRONMENT = {"ACTUARY_ENGINE_MAX_SEQUENCES": "1", "ACTUARY_ENGINE_MAX_QUEUED_REQUESTS": "1"}


def refused(server):
    """Whether somebody was told that the server is full."""
    entries = [json.loads(line) for line in list(server.log) if '"status"' in line]
    return any(str(entry["status"]) == "503" for entry in entries)


def occupy(client, done):
    """Takes the only place, or the only seat before it, again and again."""
    question = [{"role": "user", "content": "hello"}]
    while not done.is_set():
        with client.chat.completions.create(
            model=MODEL, messages=question, stream=True, extra_body={"ignore_eos": True}
        ) as stream:
            for _ in stream:
                if done.is_set():
                    break


@contextlib.contextmanager
def busy_server():
    """Runs a server whose places are taken until it has refused somebody; that it has is checked at the end."""
    with Server(environment=ENVIRONMENT) as server:
        done = threading.Event()
        client = server.openai()
        threads = [threading.Thread(target=occupy, args=(client, done)) for _ in range(2)]
        threads.append(threading.Thread(target=lambda: wait_for_refusal(server, done)))
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        try:
            yield server
            assert refused(server), "nobody had to wait"
        finally:
            done.set()
            for thread in threads:
                thread.join()


def wait_for_refusal(server, done):
    while not (done.is_set() or refused(server)):
        time.sleep(0.02)
    done.set()
