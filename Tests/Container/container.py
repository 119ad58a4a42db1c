"""Runs an image's programs as a container would, by the kernel's own means."""

import contextlib
import ctypes
import fcntl
import http.client
import json
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import time

PORT = 8080
# From <linux/sched.h> and <linux/sockios.h>.
CLONE_NEWNS, CLONE_NEWNET, SIOCSIFFLAGS, IFF_UP = 0x00020000, 0x40000000, 0x8914, 1
QUESTION = {"messages": [{"role": "user", "content": "What is 348 + 275?"}], "temperature": 0}
# Long enough to be still under way when the signal comes, without a bound that a model could miss.
LONG = {"messages": [{"role": "user", "content": "Compute 47*36"}], "stream": True, "n": 16, "temperature": 2}


def isolate():
    """Gives this process a network and mounts of its own, for good: any address is loopback there."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    with socket.socket() as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


class Container:
    """An image with a volume at /data, its root read-only, for the length of a `with`."""

    def __init__(self, image, volume):
        self.image, self.volume = image, volume
        self.mounts = contextlib.ExitStack()

    def __enter__(self):
        root = self.image.folder
        self.mount("--bind", root, root)
        for name in ("null", "urandom"):
            (root / "dev" / name).touch()
            self.mount("--bind", f"/dev/{name}", root / "dev" / name)
        self.mount("-t", "tmpfs", "tmpfs", root / "tmp")
        subprocess.run(["mount", "-o", "remount,bind,ro", root], check=True)
        self.mount("--bind", self.volume, root / "data")
        return self

    def __exit__(self, *_):
        self.mounts.close()

    def mount(self, *arguments):
        subprocess.run(["mount", *arguments], check=True)
        self.mounts.callback(subprocess.run, ["umount", arguments[-1]], check=True)

    def command_line(self, command, environment=None):
        """The command as process 1 of its own process space."""
        proc = self.image.folder / "proc"
        spaces = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", f"--mount-proc={proc}"]
        return spaces + self.image.chroot(command, self.image.user, environment)

    def run(self, command, environment=None):
        """Runs a command to its end, as `docker run` does."""
        return subprocess.run(self.command_line(command, environment), capture_output=True, text=True, timeout=60)

    def command(self, *arguments):
        """Runs the image's program with other arguments, and gives what it printed."""
        result = self.run([*self.image.entry, *arguments])
        assert result.returncode == 0, result
        return result.stdout

    @contextlib.contextmanager
    def start(self, environment):
        """Starts what the image starts, and waits until it listens."""
        command = self.command_line([*self.image.entry, *self.image.command], environment)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            yield RunningServer(self.image, process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


class RunningServer:
    """The server of a container."""

    def __init__(self, image, process):
        self.image, self.process = image, process
        readable, _, _ = select.select([process.stdout], [], [], 60)
        self.line = process.stdout.readline() if readable else ""
        if not self.line.endswith(f":{PORT}\n"):
            process.kill()
            raise AssertionError(f"the server said {self.line!r}: {process.stderr.read()}")
        # The first child of `unshare`, which waits for it.
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        self.inner = int(children[0])

    def identity(self):
        """Its process number within the container, and its user."""
        status = dict(
            line.split(":\t", 1) for line in pathlib.Path(f"/proc/{self.inner}/status").read_text().splitlines()
        )
        return int(status["NSpid"].split()[-1]), int(status["Uid"].split()[0])

    def post(self, key, body):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        return connection.getresponse()

    def ask(self, key):
        """The status, and the answer if there is one."""
        response = self.post(key, QUESTION)
        body = json.load(response)
        return response.status, body["choices"][0]["message"]["content"] if response.status == 200 else ""

    def stream(self, key):
        """Begins a long stream and reads its first event."""
        return RunningStream(self.post(key, LONG))

    def is_healthy(self):
        """What the image's health check says."""
        command = self.image.chroot(self.image.health, self.image.user)
        return subprocess.run(command, capture_output=True, timeout=20).returncode == 0

    def terminate(self):
        os.kill(self.inner, signal.SIGTERM)

    def wait(self):
        return self.process.wait(timeout=60)


class RunningStream:
    """A stream whose first event has come."""

    def __init__(self, response):
        assert response.status == 200, response.read()
        self.response = response
        self.text = response.readline().decode()
        assert self.text.startswith("data: "), self.text

    def finish(self):
        """Everything, once the stream has ended."""
        return self.text + self.response.read().decode()
