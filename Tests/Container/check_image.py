#!/usr/bin/env python3
"""Carries out the Dockerfile without Docker, and uses what comes of it as a person would.

    Tests/Container/check_image.py      # as root; needs mmdebstrap, openssl, strip, and Debian's packages

The Dockerfile itself is read, so that no second list can differ from it. The build stage's commands run in this checkout,
where a release build with the same options is not made twice; its COPYs must bring all that the package needs. The last
stage is carried out in a folder whose base mmdebstrap makes. Then, in a network of its own, the program is started as a
container would start it: process 1, its user, its environment, a root that cannot be written, /data as a volume.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from container import Container, isolate
from dockerfile import read_stages
from image import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZE_MAX = 200_000_000
USER = 10001


def output(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def check_context(stage, folder):
    """What the COPYs bring, without what .dockerignore holds back, is a whole package."""
    copied = [step.arguments.split() for step in stage if step.word == "COPY"]
    for source, target in copied:
        destination = folder / target / (source if target == "./" else "")
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, destination, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / source, destination)
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert rules[0] == "*" and {f"!{source}" for source, _ in copied} == {rule for rule in rules if rule[0] == "!"}
    for rule in rules[1:]:
        if rule[0] not in "!*":
            shutil.rmtree(folder / rule)
    # Dependencies that were resolved for the checkout serve here too.
    (folder / "Package.resolved").symlink_to(ROOT / "Package.resolved")
    output("swift", "package", "--package-path", folder, "describe")


def build(stage, out):
    """Carries out the build stage's commands in the checkout, with `out` for its /out."""
    for step in stage:
        if step.word != "RUN":
            continue
        if step.arguments.startswith("apt-get "):
            packages = step.arguments.split("--no-install-recommends")[1].split("&&")[0].split()
            # Raises if one is missing, for then the build here would not show what the build there does.
            output("dpkg-query", "--show", *packages)
        else:
            subprocess.run(["bash", "-euo", "pipefail", "-c", step.arguments.replace("/out", str(out))], cwd=ROOT, check=True)


def check_contents(image):
    size = int(output("du", "-sxb", image.folder).split()[0])
    program = image.folder / "opt/actuary/actuary"
    print(f"image: {size / 1e6:.0f} MB, of which the program has {program.stat().st_size / 1e6:.0f}")
    assert size < SIZE_MAX, size
    libraries = output(*image.chroot(["/usr/bin/ldd", "/opt/actuary/actuary"]))
    assert "not found" not in libraries, libraries
    assert "swift" not in libraries and "Foundation" not in libraries, libraries
    for pattern in ("usr/bin/python*", "usr/bin/swift*", "usr/lib/python*", "usr/bin/gcc*"):
        assert not list(image.folder.glob(pattern)), pattern
    assert image.user not in ("root", "0")


def new_volume(image, folder):
    """A named volume begins as the folder that the image has there."""
    origin = (image.folder / "data").stat()
    volume = folder / "data"
    volume.mkdir(mode=origin.st_mode)
    os.chown(volume, origin.st_uid, origin.st_gid)
    return volume


def check_use(container):
    """The way of the Dockerfile's first lines: no start without a key, then a key, then questions."""
    refused = container.run([*container.image.entry, *container.image.command])
    assert refused.returncode == 78 and "actuary key create" in refused.stderr, refused
    container.command("account", "create", "me", "--kind", "postpaid")
    key = container.command("key", "create", "--account", "me").strip().splitlines()[-1]
    with container.start(compose_environment()) as server:
        assert server.identity() == (1, USER), server.identity()
        assert server.ask(None) == (401, "")
        status, answer = server.ask(key)
        assert status == 200 and "623" in answer, (status, answer)
        assert server.is_healthy()
        stream = server.stream(key)
        server.terminate()
        assert stream.finish().endswith("data: [DONE]\n\n")
        assert server.wait() == 0
        assert not server.is_healthy()
    print(f"a key was made, {answer.strip()!r} was answered, and a stream ended before the process")


def check_secure_use(container):
    """With a certificate on the volume the health check still works."""
    files = {"ACTUARY_SERVER_TLS_CERT": "certificate.pem", "ACTUARY_SERVER_TLS_KEY": "key.pem"}
    certificate, key = (container.volume / name for name in files.values())
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    output(*request, "-keyout", key, "-out", certificate)
    os.chown(key, USER, USER)
    with container.start({name: f"/data/{file}" for name, file in files.items()}) as server:
        assert server.line.startswith("listening on https://"), server.line
        assert server.is_healthy()
        server.terminate()
        assert server.wait() == 0


def compose_environment():
    """The settings of Config/compose.yaml, which the server must understand."""
    lines = (ROOT / "Config/compose.yaml").read_text().splitlines()
    pairs = [line.split("#")[0].strip().split(": ", 1) for line in lines if line.strip().startswith("ACTUARY_")]
    assert pairs
    return {name: value.strip('"') for name, value in pairs}


def reason_to_skip():
    """Why the Dockerfile cannot be carried out on this machine; nothing if it can."""
    if os.getuid() != 0:
        return "it needs root"
    spaces = ["unshare", "--mount", "--net", "--pid", "--fork", "mount", "--make-rprivate", "/"]
    probe = subprocess.run(spaces, capture_output=True, text=True)
    return f"this machine allows no namespaces ({probe.stderr.strip()})" if probe.returncode != 0 else None


def main():
    if reason := reason_to_skip():
        print(f"Skipped, the Dockerfile was not carried out: {reason}.")
        return
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="actuary-image-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        stages = read_stages(ROOT / "Dockerfile")
        (folder / "context").mkdir()
        check_context(stages["build"], folder / "context")
        build(stages["build"], folder / "out")
        image = Image(folder / "root", copied=folder / "out")
        for step in stages["runtime"]:
            image.carry_out(step)
        print(f"carried out in {time.monotonic() - started:.0f} s")
        check_contents(image)
        isolate()
        with Container(image, new_volume(image, folder)) as container:
            check_use(container)
            check_secure_use(container)


if __name__ == "__main__":
    main()
