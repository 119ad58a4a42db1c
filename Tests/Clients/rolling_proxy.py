"""A proxy in front of several servers, as small as one can be that is right for a rolling restart.

It sends a request to the first server that takes it. The next one is tried only when that cannot do harm: after a refused
connection, and after 503, which says that nothing was begun.
"""

import http.client
import http.server
import threading

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


class RollingProxy:
    def __init__(self):
        self.backends = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                for host, port in list(proxy.backends):
                    if self.forward(host, port, body):
                        return
                self.send_error(502)

            def forward(self, host, port, body):
                backend = http.client.HTTPConnection(host, port, timeout=60)
                try:
                    backend.connect()
                except ConnectionRefusedError:
                    return False
                backend.request("POST", self.path, body, {"content-type": "application/json"})
                answer = backend.getresponse()
                if answer.status == 503:
                    return False
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.end_headers()
                while piece := answer.read1(65536):
                    self.wfile.write(piece)
                return True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
