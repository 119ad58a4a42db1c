"""A proxy that spoils answers, so that client libraries try again by themselves."""

import http.client
import socket
import struct
import time

from loopback_proxy import HOP_BY_HOP, Handler, LoopbackProxy

DROPPED = HOP_BY_HOP | {"content-length"}


class FaultyProxy(LoopbackProxy):
    """Passes requests on, and deals with the answers as `faults` says, one for each request; then they go through.

    `change` may put something else in the place of a request's body.
    """

    def __init__(self, url):
        self.target = url.removeprefix("http://")
        self.faults = []
        self.attempts = []
        self.change = lambda body: body
        proxy = self

        class Faulty(Handler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = proxy.change(self.rfile.read(int(self.headers["content-length"])))
                fault = proxy.faults.pop(0) if proxy.faults else None
                proxy.attempts.append((self.headers.get("x-stainless-retry-count"), fault))
                if fault == "error before":
                    return self.fail()
                backend = http.client.HTTPConnection(proxy.target, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in DROPPED}
                backend.request("POST", self.path, body, headers)
                if fault == "left early":
                    # The server hears that its client is gone, and the client that its server is.
                    time.sleep(0.03)
                    backend.close()
                    return self.reset()
                answer = backend.getresponse()
                whole = answer.read()
                if fault == "error after":
                    return self.fail()
                if fault == "reset after":
                    return self.reset()
                if fault == "silence after":
                    # Longer than the client waits.
                    time.sleep(3.5)
                    return self.reset()
                self.send_head(answer, DROPPED)
                self.send_header("content-length", str(len(whole)))
                self.end_headers()
                self.wfile.write(whole)

            def fail(self):
                self.send_response(500)
                self.send_header("content-length", "0")
                self.end_headers()

            def reset(self):
                self.close_connection = True
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass

            def finish(self):
                try:
                    super().finish()
                except (OSError, ValueError):
                    pass

        super().__init__(Faulty)
