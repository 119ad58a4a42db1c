"""A wire between two programs that a test can cut and mend."""

import socket
import threading


class Relay:
    """Passes connections on to an address; after `cut` there are none, and none can be made until `mend`."""

    def __init__(self, host, port):
        self.target = (host, port)
        self.connections = set()
        self.lock = threading.Lock()
        self.listener = self.listen(0)
        self.port = self.listener.getsockname()[1]

    def listen(self, port):
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
        return listener

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.connections |= {client, server}
            for source, sink in [(client, server), (server, client)]:
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:
            pass
        self.end(source, sink)

    def end(self, *sockets):
        for one in sockets:
            with self.lock:
                self.connections.discard(one)
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def cut(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            open_ones = list(self.connections)
        self.end(*open_ones)

    def mend(self):
        self.listener = self.listen(self.port)
