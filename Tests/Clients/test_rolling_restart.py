"""Servers are replaced one after the other under load, and no request fails."""

import signal
import threading

import httpx2
from conftest import MODEL, Server
from rolling_proxy import RollingProxy

CLIENTS = 8
RESTARTS = 4


def address(server):
    host, port = server.url.removeprefix("http://").split(":")
    return host, int(port)


def load(url, ended, results):
    """Sends whole and streamed requests in turn until told to stop; notes what is wrong with an answer, or None."""
    with httpx2.Client(base_url=url, timeout=60) as http:
        streams = False
        while not ended.is_set():
            streams = not streams
            body = {"model": MODEL, "messages": [{"role": "user", "content": "Compute 47*36"}], "stream": streams}
            try:
                answer = http.post("/v1/chat/completions", json=body)
                is_whole = answer.text.endswith("data: [DONE]\n\n") if streams else "choices" in answer.json()
                results.append(None if answer.status_code == 200 and is_whole else answer.text)
            except httpx2.HTTPError as error:
                results.append(repr(error))


def test_a_rolling_restart_under_load_loses_no_request():
    proxy = RollingProxy()
    running = [Server(), Server()]
    proxy.backends = [address(server) for server in running]
    ended, results = threading.Event(), []
    clients = [threading.Thread(target=load, args=(proxy.url, ended, results)) for _ in range(CLIENTS)]
    try:
        for client in clients:
            client.start()
        for _ in range(RESTARTS):
            before = len(results)
            while len(results) < before + 3 * CLIENTS:
                ended.wait(0.05)
            running.append(Server())
            proxy.backends.append(address(running[-1]))
            # The proxy goes on sending requests to the first server while it drains.
            assert running.pop(0).stop(signal.SIGTERM) == 0
            proxy.backends.pop(0)
        ended.set()
        for client in clients:
            client.join()
    finally:
        ended.set()
        for server in running:
            server.stop()
        proxy.close()
    assert [result for result in results if result is not None] == []
    assert len(results) > RESTARTS * CLIENTS
