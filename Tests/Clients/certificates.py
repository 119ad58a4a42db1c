"""Certificates for tests, made by the command `openssl`."""

import subprocess

CURVE = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split()


def authority(folder, name):
    subprocess.run(
        ["openssl", "req", "-x509", *CURVE, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}"],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def certificate(folder, name, signer, common_name=None):
    """Makes NAME.pem and NAME.key for localhost; the name inside may differ from that of the files."""
    subprocess.run(
        ["openssl", "req", "-x509", *CURVE, "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        + ["-subj", f"/CN={common_name or name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        + ["-CA", f"{signer}.pem", "-CAkey", f"{signer}.key"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
