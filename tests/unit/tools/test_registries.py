"""The hosts stand here in parts: the check looks at this file too."""

import json
import subprocess
from pathlib import Path

import pytest

from tools.registries import main

HOSTS = [
    *(
        "pypi+org",
        "files.pythonhosted+org",
        "registry.npmjs+org",
        "www.npmjs+com",
        "deb.debian+org",
    ),
    *(
        "deb.debian+org",
        "security.ubuntu+com",
        "crates+io",
        "registry-1.docker+io",
        "ghcr+io",
        "PyPI+Org",
    ),
    *("proxy.golang+org", "public.ecr+aws", "registry.yarnpkg+com", "repo1.maven+org"),
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def track(repository: Path, name: str, text: str) -> None:
    file = repository / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    subprocess.run(["git", "add", name], cwd=repository, check=True)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", ["README.md", "a/b.py", ".npmrc", "Makefile", "with space.yml"])
def test_a_file_that_names_a_registry_is_named(
    repository: Path, capsys: pytest.CaptureFixture[str], host: str, name: str
) -> None:
    whole = host.replace("+", ".")
    track(repository, name, f"first\nsee https://{whole}/project/x\n")

    assert main(repository) == 1
    assert capsys.readouterr().out.startswith(f"{name}:2: names the registry ")


@pytest.mark.parametrize(
    "line",
    [
        "MiniStack, on PyPI as ministack",
        "npm, pypi, debian",
        "https://docs.example.org/debian/organisation",
        "my-pypi.organisation",
    ],
)
def test_a_package_may_be_named(repository: Path, line: str) -> None:
    track(repository, "README.md", line)

    assert main(repository) == 0


def test_what_is_not_tracked_is_nobodys_business(repository: Path) -> None:
    (repository / "notes.txt").write_text("https://" + "pypi" + ".org")

    assert main(repository) == 0


@pytest.mark.parametrize(
    "line",
    [
        "uv @ https://mirror.example/uv.whl",
        "uv @ file:///home/me/uv.whl",
        "uv @ git+ssh://git@code.example/uv",
        "--index-url https://mirror.example/simple",
        "--extra-index-url=x",
        "--find-links /srv/wheels",
        "-i x",
    ],
)
def test_a_lock_with_an_address_is_named(
    repository: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    track(repository, "requirements.in", "uv  # why\n")
    track(repository, "requirements.txt", f"six==1.17.0 \\\n    --hash=sha256:00\n{line}\n")

    assert main(repository) == 1
    assert capsys.readouterr().out.startswith("requirements.txt:3: a lock must hold no address")


def test_a_lock_of_npm_with_an_address_is_named(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = {"version": "1.0.0", "funding": {"url": "https://give.example"}}
    lock = {"packages": {"node_modules/a": package}}
    track(repository, "package-lock.json", json.dumps(lock, indent=1))
    assert main(repository) == 0

    package["resolved"] = "https://mirror.example/a.tgz"
    track(repository, "package-lock.json", json.dumps(lock, indent=1))

    assert main(repository) == 1
    assert "package-lock.json:8: a lock must hold no address" in capsys.readouterr().out


def test_a_lock_says_who_asked_for_a_package(repository: Path) -> None:
    track(repository, "requirements.in", "uv\n")
    track(
        repository, "requirements.txt", "uv==1.0\n    # via -r x\nsix==1  # https://why.example\n"
    )

    assert main(repository) == 0
