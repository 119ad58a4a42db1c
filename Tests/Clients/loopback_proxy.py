"""What the proxies of the tests have in common: a port on loopback, a thread for each connection, and silence."""

import http.server
import threading

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def send_head(self, answer, dropped=HOP_BY_HOP):
        """Passes on the status and the fields of an answer, but those that are about the connection."""
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in dropped:
                self.send_header(name, value)


class LoopbackProxy:
    """Serves until it is closed; `url` is where."""

    def __init__(self, handler):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
