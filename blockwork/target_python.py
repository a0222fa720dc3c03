"""The Python that Lambda runs, on this machine: what is installed, or else Debian's, in `.build`.

Nothing is installed on the machine. Debian's packages are unpacked into a folder of the checkout,
with its C library, since that Python may need a newer one than the machine has. For a processor
that the machine has not, an emulator of processors (QEMU) comes from there too.
"""

import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from blockwork import alone
from blockwork.interpreters import find_interpreter
from blockwork.local.places import REPOSITORY

VERSION = "3.14"
SUITE = "forky"
"""The first release of Debian that has this version."""
FOLDER = REPOSITORY / ".build" / "target"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGES = [f"python{VERSION}", "libstdc++6"]
"""What compiled packages load besides Python comes along: most are linked with C++'s library."""
DEBIAN_NAMES = {"x86_64": "amd64", "aarch64": "arm64"}
LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
CHECK = "import sys; sys.exit(sys.implementation.name != 'cpython' or sys.version_info[:2] != ({}))"


class UnavailableError(Exception):
    """There is no such Python to be had; the message says why and what would help."""


def target_python(machine: str | None = None) -> Path:
    """Return an interpreter of the version that Lambda runs.

    :param machine: the processor that it is for, `x86_64` or `aarch64`. Default: this machine's.
    :raises UnavailableError: if none is installed, and Debian's cannot be had.
    """
    machine = machine or platform.machine()
    own = installed() if machine == platform.machine() else None
    return own or _debian(machine)


def python_of(version: str) -> Path:
    """Return an interpreter of a version, for this machine's processor.

    :raises UnavailableError: if none is installed; only Lambda's newest is had from Debian.
    """
    if version == VERSION:
        return target_python()
    found = installed(version)
    if found is None:
        raise UnavailableError(
            f"no Python {version} is installed: run 'uv python install {version}'"
        )
    return found


def installed(version: str = VERSION) -> Path | None:
    """Return an interpreter of a version that this machine has, None without one.

    On the path, kept by a version manager, or by uv, which does not put it on the path everywhere.
    """
    if found := find_interpreter(version):
        return Path(found)
    command: list[str | Path] = [Path(sys.executable).with_name("uv"), "python", "find"]
    command += ["--managed-python", "--no-python-downloads", "--no-project", f"cpython@{version}"]
    kept = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return Path(kept) if kept and _runs(Path(kept), version) else None


def _runs(python: Path, version: str = VERSION) -> bool:
    """Tell whether a file is an interpreter of the version that starts: it may have been moved."""
    check = CHECK.format(version.replace(".", ", "))
    try:
        return not subprocess.run(
            [python, "-c", check], capture_output=True, check=False
        ).returncode
    except OSError:
        return False


def _debian(machine: str) -> Path:
    root = FOLDER / f"python{VERSION}-{machine}"
    python = root / "bin" / f"python{VERSION}"
    with _alone(root):
        if not _runs(python):
            with _beside(root) as unpacked:
                apt = Apt(machine, unpacked.with_suffix(".apt"))
                for package in apt.download("install", *PACKAGES):
                    apt.run("dpkg-deb", "--extract", package, unpacked)
                _make_runnable(unpacked, root, machine, emulator(machine))
            if not _runs(python):
                raise UnavailableError(f"Debian's Python {VERSION} for {machine} does not run here")
            own = machine == platform.machine()
            compile_all(python if own else target_python(), root / "usr" / "lib" / python.name)
    return python


def compile_all(compiler: Path, folder: Path) -> None:
    """Write the bytecode of all modules in a folder, which is the same for every processor."""
    command: list[str | Path] = [compiler, "-m", "compileall", "-q", "-j", "0"]
    command += ["--invalidation-mode", "unchecked-hash", folder]
    subprocess.run(command, check=False, capture_output=True)  # some are there to fail


def _make_runnable(unpacked: Path, root: Path, machine: str, runner: Path | None) -> None:
    """Write the script that runs `usr/bin/python…` with the C library that came with it."""
    program = f"{root}/usr/bin/python{VERSION}"
    libraries = f"{root}/usr/lib/{machine}-linux-gnu"
    command = [f"{libraries}/{LOADERS[machine]}", "--argv0", '"$0"', "--library-path", libraries]
    if runner:
        command = [str(runner), "-L", str(root), "-0", '"$0"']
    # Where Python looks for its modules beside `bin`, and the emulator for the loader.
    (unpacked / "lib").symlink_to("usr/lib")
    script = unpacked / "bin" / f"python{VERSION}"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {" ".join(command)} {program} "$@"\n')
    script.chmod(0o755)


def emulator(machine: str) -> Path | None:
    """Return the program that runs another processor's programs, None for this machine's own."""
    if machine == platform.machine():
        return None
    installed = shutil.which(f"qemu-{machine}-static")
    if installed:
        return Path(installed)
    root = FOLDER / f"qemu-{machine}"
    with _alone(root):
        if not root.is_dir():
            with _beside(root) as unpacked:
                apt = Apt(platform.machine(), unpacked.with_suffix(".apt"))
                (package,) = apt.download("download", "qemu-user")
                wanted = f"./usr/bin/qemu-{machine}"  # of some forty, 450 MB in all
                apt.extract(package, unpacked, wanted)
    return root / "usr" / "bin" / f"qemu-{machine}"


class Apt:
    """Debian's packages, from the mirror that this machine is set up for, without touching it.

    :param machine: whose packages.
    :param folder: where its lists and packages go.
    :raises UnavailableError: if this machine gets no packages from Debian.
    """

    def __init__(self, machine: str, folder: Path) -> None:
        if not _is_debian() or machine not in DEBIAN_NAMES:
            raise UnavailableError(
                f"no Python {VERSION} for {machine} is installed, and only a Debian machine can "
                f"have it from its packages: run 'uv python install {VERSION}'"
            )
        folder.mkdir()
        self.folder = folder
        mirrors = self.run(
            "apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"
        )
        mirror = next((line for line in mirrors.split() if "security" not in line), None)
        if mirror is None:
            raise UnavailableError("this machine's apt knows no mirror of Debian: see sources.list")
        signed = f" [signed-by={KEYRING}]" if KEYRING.is_file() else ""
        sources = folder / "sources.list"
        sources.write_text(f"deb{signed} {mirror} {SUITE} main\n")
        self.options = [
            f"-o{name}={value}"
            for name, value in {
                "Dir::Etc::sourcelist": sources,
                "Dir::Etc::sourceparts": "/dev/null",
                "Dir::Etc::preferences": "/dev/null",
                "Dir::Etc::preferencesparts": "/dev/null",
                "Dir::State": folder,
                "Dir::State::status": "/dev/null",  # nothing is installed there: all comes along
                "Dir::Cache": folder,
                "APT::Architecture": DEBIAN_NAMES[machine],
                "APT::Architectures": DEBIAN_NAMES[machine],
                "APT::Install-Recommends": "false",
                "APT::Sandbox::User": "",
                "Acquire::Languages": "none",
                "Debug::NoLocking": "true",
            }.items()
        ]
        self.run("apt-get", *self.options, "update")

    def download(self, command: str, *packages: str) -> list[Path]:
        """Return the files of packages: with all that they need if the command is `install`."""
        self.run("apt-get", *self.options, "--yes", "--download-only", command, *packages)
        return sorted(self.folder.rglob("*.deb"))

    def extract(self, package: Path, folder: Path, *files: str) -> None:
        """Unpack some files of a package, and nothing else.

        :param files: as the package names them: `./usr/bin/…`.
        :raises UnavailableError: if it has no such file, or cannot be read to its end.
        """
        command = ["dpkg-deb", "--fsys-tarfile", str(package)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as archive:  # waits, and closes
            self.run("tar", "--extract", "--directory", folder, *files, stdin=archive.stdout)
        if archive.returncode:
            raise UnavailableError(
                f"{package.name} cannot be unpacked: {shlex.join(command)} ended with "
                f"{archive.returncode}. Try again, as it may have come in part"
            )

    def run(self, *command: str | Path, stdin: IO[bytes] | None = None) -> str:
        """Run a tool and return its output.

        :raises UnavailableError: with what it says, if it fails.
        """
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdin=stdin or subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip() or done.stdout.strip()
            raise UnavailableError(f"Python {VERSION} cannot be had from Debian ({SUITE}): {said}")
        return done.stdout


def _is_debian() -> bool:
    try:
        is_debian = platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False
    return is_debian and all(map(shutil.which, ("apt-get", "dpkg-deb")))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    lock = root.with_name(f"{root.name}.lock")
    with alone.kept_open(alone.take(lock, f"unpacking {root.name}", alone.to_stderr)):
        yield


@contextmanager
def _beside(root: Path) -> Iterator[Path]:
    """Give a folder that takes the place of `root` when the block ends well."""
    with tempfile.TemporaryDirectory(dir=root.parent) as folder:
        unpacked = Path(folder) / root.name
        unpacked.mkdir()
        yield unpacked
        shutil.rmtree(root, ignore_errors=True)
        unpacked.rename(root)


def environment(python: Path, *requirements: Path, name: str = "environment") -> Path:
    """Return the interpreter of an environment with what locks name, and nothing else.

    :param name: the folder that keeps it for the next time.
    :raises UnavailableError: with what the installer says, if a package cannot be had.
    """
    folder = FOLDER / name
    uv = Path(sys.executable).with_name("uv")
    with _alone(folder):
        commands: list[list[str | Path]] = [
            [uv, "venv", "--allow-existing", "--python", python, folder],
            [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", folder, *requirements],
        ]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise UnavailableError(f"no environment for {python}: {done.stderr.strip()}")
    return folder / "bin" / "python"
