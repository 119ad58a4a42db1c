"""A proxy in front of several servers, as small as one can be that is right for a rolling restart.

It sends a request to the first server that takes it. The next one is tried only when that cannot do harm: after a refused
connection, and after 503, which says that nothing was begun.
"""

import http.client

from loopback_proxy import Handler, LoopbackProxy


class RollingProxy(LoopbackProxy):
    def __init__(self):
        self.backends = []
        proxy = self

        class Rolling(Handler):
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
                self.send_head(answer)
                self.end_headers()
                while piece := answer.read1(65536):
                    self.wfile.write(piece)
                return True

        super().__init__(Rolling)
