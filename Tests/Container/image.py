"""What the instructions of the Dockerfile's last stage make of a folder."""

import json
import pathlib
import shlex
import shutil
import subprocess

# What makes Debian's image the slim one: no documents and translations, and nothing kept by apt.
SLIM = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "info", "locale", "man")]
SLIM += ["--dpkgopt=path-include=/usr/share/doc/*/copyright", "--dpkgopt=force-unsafe-io"]
SLIM += ['--aptopt=Dir::Cache::pkgcache ""', '--aptopt=Dir::Cache::srcpkgcache ""']

# Debian's images are made with one folder for programs, and so have no package that would merge two.
MERGED = ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", "--include=usr-is-merged"]


class Image:
    """A root folder, an environment, a user, and how to start."""

    def __init__(self, folder, copied):
        self.folder, self.copied = folder, copied
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.shell, self.user, self.working_folder = ["/bin/sh", "-c"], "root", "/"
        self.entry, self.command, self.health, self.volumes = [], [], [], []

    def chroot(self, command, user="root", environment=None):
        """The command line that runs a command in the folder."""
        identities = []
        for option in ("-u", "-g"):
            command_line = ["chroot", self.folder, "/usr/bin/id", option, user]
            identities.append(subprocess.run(command_line, capture_output=True, text=True, check=True).stdout.strip())
        pairs = [f"{name}={value}" for name, value in (self.environment | (environment or {})).items()]
        entering = ["chroot", f"--userspec={':'.join(identities)}", "--groups=", str(self.folder)]
        return [*entering, "/usr/bin/env", "-i", f"--chdir={self.working_folder}", *pairs, *command]

    def carry_out(self, step):
        """Does what one instruction says."""
        match step.word:
            case "FROM":
                self.make_base(step.arguments)
            case "RUN":
                command = self.chroot([*self.shell, step.arguments], self.user)
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=600)
            case "COPY":
                origin, source, target = step.arguments.split()
                assert (origin, source) == ("--from=build", "/out"), step
                shutil.copytree(self.copied, self.folder / target.lstrip("/"))
            case "ENV":
                for name, value in (pair.split("=", 1) for pair in shlex.split(step.arguments)):
                    self.environment[name] = value
            case "SHELL":
                self.shell = json.loads(step.arguments)
            case "USER":
                self.user = step.arguments
            case "WORKDIR":
                self.working_folder = step.arguments
            case "ENTRYPOINT":
                self.entry = json.loads(step.arguments)
            case "CMD":
                self.command = json.loads(step.arguments)
            case "HEALTHCHECK":
                self.health = [*self.shell, step.arguments.split("CMD ", 1)[1]]
            case "VOLUME":
                self.volumes = json.loads(step.arguments)
            case "EXPOSE":
                assert step.arguments == "8080", step
            case _:
                raise AssertionError(f"the check does not know {step.word}")

    def make_base(self, name):
        """Makes what Debian's slim image has, from the package sources of this machine."""
        distribution, _, tag = name.partition(":")
        assert distribution == "debian" and tag.endswith("-slim"), name
        sources = pathlib.Path("/etc/apt/sources.list.d/debian.sources")
        command = ["mmdebstrap", "--quiet", "--variant=minbase", *SLIM, *MERGED, tag.removesuffix("-slim"), self.folder]
        subprocess.run([*command, *([sources] if sources.exists() else [])], check=True)
