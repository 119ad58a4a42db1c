"""Runs the examples of README.md as they are printed, against a server on the port they name.

Every fenced block that begins with `curl` or is marked `python` is run in order; each must end well, and the word in
an HTML comment `<!-- expect: word -->` before the block must be in what it prints.
"""

import os
import re
import subprocess
import sys

from conftest import BINARY, ROOT

BLOCK = re.compile(r"(?:<!-- expect: (?P<word>.+?) -->\n)?```(?P<kind>sh|python)\n(?P<code>.*?)```", re.DOTALL)


def examples():
    text = (ROOT / "README.md").read_text()
    for match in BLOCK.finditer(text):
        if match["kind"] == "python" or match["code"].startswith("curl"):
            yield match["kind"], match["code"], match["word"]


def main():
    server = subprocess.Popen([BINARY, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        assert line == "listening on http://127.0.0.1:8080\n", f"the server said {line!r}"
        count = 0
        for kind, code, word in examples():
            command = [sys.executable, "-c", code] if kind == "python" else ["bash", "-euo", "pipefail", "-c", code]
            result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ)
            assert result.returncode == 0, f"{code}\n{result.stdout}{result.stderr}"
            assert word is None or word in result.stdout, f"{word!r} is not in\n{result.stdout}\nof\n{code}"
            count += 1
        assert count >= 4, f"only {count} examples found"
        print(f"{count} examples work as printed")
    finally:
        server.terminate()
        server.wait(timeout=150)


if __name__ == "__main__":
    main()
