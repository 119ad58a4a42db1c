"""`actuary chat` in a pipe and in a terminal."""

import os
import pty
import select
import subprocess
import time

from conftest import BINARY, run


def test_piped_lines_are_answered_one_by_one(server):
    result = run("chat", "--url", server.url, "--temperature", "0", input="What is 348 + 275?\n/quit\n")
    assert result.returncode == 0, result.stderr
    assert "The answer is 623." in result.stdout
    assert "tokens" in result.stdout + result.stderr


def test_no_server_is_one_clear_sentence():
    result = run("chat", "--url", "http://127.0.0.1:9", input="hello\n")
    assert "127.0.0.1:9" in result.stderr + result.stdout
    assert "Traceback" not in result.stderr and "Fatal" not in result.stderr


def read_until(terminal, word, seconds=30):
    received = b""
    deadline = time.monotonic() + seconds
    while word not in received and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            received += os.read(terminal, 65536)
    assert word in received, received
    return received


def test_a_terminal_shows_dimmed_thoughts_and_control_c_stops_only_the_answer(server):
    terminal, other = pty.openpty()
    process = subprocess.Popen(
        [BINARY, "chat", "--url", server.url], stdin=other, stdout=other, stderr=other, start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
        env={**os.environ, "TERM": "xterm"},
    )
    try:
        read_until(terminal, b"> ")
        os.write(terminal, b"Compute 47*36\n")
        assert b"\x1b[2m" in read_until(terminal, b"47*36\r\n") + read_until(terminal, b"\x1b[2m")
        os.write(terminal, b"\x03")
        read_until(terminal, b"> ")
        assert process.poll() is None
        os.write(terminal, b"hello\n")
        read_until(terminal, b"tokens")
        os.write(terminal, b"/quit\n")
        assert process.wait(timeout=10) == 0
    finally:
        if process.poll() is None:
            process.kill()
        os.close(terminal)
        os.close(other)
