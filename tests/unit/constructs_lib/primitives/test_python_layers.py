import re
import zipfile
from pathlib import Path

import pytest

from constructs_lib.primitives import BuildTarget
from constructs_lib.primitives.python_build import OF_THIS_MACHINE, build_layer
from tests.unit.constructs_lib.primitives.wheels import local_wheel, pinned

HERE = BuildTarget.this_machine()


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_layer_holds_the_pinned_packages_where_lambda_looks_for_them(tmp_path: Path) -> None:
    wheel = local_wheel(tmp_path)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{pinned(wheel)}\n")

    layer = build_layer(requirements, HERE)

    names = zipfile.ZipFile(layer).namelist()
    assert "python/tiny.py" in names
    assert build_layer(requirements, HERE) == layer


def test_a_package_that_cannot_be_had_fails_with_its_name(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    other = local_wheel(tmp_path).rename(tmp_path / "tiny-1-cp27-cp27m-win_amd64.whl")
    requirements.write_text(f"{pinned(other)}\n")

    with pytest.raises(RuntimeError, match=r"(?s)the Lambda layer cannot be built .*tiny"):
        build_layer(requirements, HERE)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-e ./tiny", "an editable package is only a pointer to this machine"),
        ("--editable=tiny", "an editable package is only a pointer to this machine"),
        ("./tiny", "a folder or archive must be built first"),
        ("tiny @ file:///srv/tiny", "what is built on this machine may not run on Lambda"),
        ("../tiny-1.tar.gz", "a folder or archive must be built first"),
        ("tiny @ git+https://example.com/tiny@main", "what is built on this machine may not run"),
        ("--no-binary tiny", "this option lets machines install different packages"),
        ("--find-links wheels", "this option lets machines install different packages"),
        ("tiny", "a package must be pinned, as in 'name==1.2.3'"),
        ("tiny>=1", "a package must be pinned"),
        ("tiny==1.*", "a package must be pinned"),
        ("-r nowhere.txt", "a file must be there to include"),
        ("tiny @ file:///nowhere/tiny-1-py3-none-any.whl", "a wheel must be there"),
    ],
)
@pytest.mark.parametrize("included", [False, True])
def test_a_line_that_gives_another_layer_elsewhere_is_refused_with_its_place(
    tmp_path: Path, line: str, message: str, included: bool
) -> None:
    requirements, named = tmp_path / "requirements.txt", tmp_path / "named.txt"
    requirements.write_text("-r named.txt\n")
    (named if included else requirements).write_text(f"# pinned\n\n{line}  # why\n")
    place = named if included else requirements

    with pytest.raises(ValueError, match=rf"^{re.escape(str(place))}:3: {re.escape(message)}"):
        build_layer(requirements, HERE)


def layer_of(tmp_path: Path, *lines: str, target: BuildTarget = HERE) -> Path:
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    return build_layer(tmp_path / "requirements.txt", target)


@pytest.mark.parametrize("option", ["-r ", "-c ", "--requirement=", "--constraint "])
def test_what_a_lock_includes_makes_another_layer_when_it_changes(
    tmp_path: Path, option: str
) -> None:
    wheel, included = local_wheel(tmp_path), tmp_path / "more.txt"
    included.write_text(f"{pinned(wheel)}\n")
    before = layer_of(tmp_path, pinned(wheel), f"{option}{included.name}")

    included.write_text(f"{pinned(wheel)}\n# with reason\n")

    assert layer_of(tmp_path, pinned(wheel), f"{option}{included.name}") != before


def test_a_wheel_of_the_same_name_and_another_content_makes_another_layer(tmp_path: Path) -> None:
    wheel = local_wheel(tmp_path)
    before = layer_of(tmp_path, pinned(wheel))

    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tinier.py", "")

    after = layer_of(tmp_path, pinned(wheel))
    assert "python/tinier.py" in zipfile.ZipFile(after).namelist()
    assert after != before


def test_a_layer_holds_nothing_of_the_machine_that_built_it(tmp_path: Path) -> None:
    layer = layer_of(tmp_path, pinned(local_wheel(tmp_path)))

    archive = zipfile.ZipFile(layer)
    assert {Path(name).name for name in archive.namelist()}.isdisjoint(OF_THIS_MACHINE)
    for name in archive.namelist():
        assert str(tmp_path).encode() not in archive.read(name)
    record = archive.read("python/tiny-1.dist-info/RECORD").decode()
    names = {f"python/{line.partition(',')[0]}" for line in record.splitlines()}
    assert names <= set(archive.namelist())


@pytest.mark.parametrize(
    ("marker", "is_in"),
    [
        ("platform_machine == 'aarch64' and sys_platform == 'linux'", True),
        ("python_version >= '3.14'", True),
        ("sys_platform == 'win32'", False),
        ("platform_machine == 'x86_64'", False),
    ],
)
def test_markers_mean_the_machine_that_runs_the_layer(
    tmp_path: Path, marker: str, is_in: bool
) -> None:
    line = pinned(local_wheel(tmp_path), marker)

    layer = layer_of(tmp_path, line, target=BuildTarget())

    assert ("python/tiny.py" in zipfile.ZipFile(layer).namelist()) == is_in


def test_a_persons_installer_settings_do_not_reach_a_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "others.txt").write_text("tiny==99\n")
    line = pinned(local_wheel(tmp_path))
    monkeypatch.setenv("UV_CONSTRAINT", str(tmp_path / "others.txt"))
    monkeypatch.setenv("UV_COMPILE_BYTECODE", "1")

    assert "python/tiny.py" in zipfile.ZipFile(layer_of(tmp_path, line)).namelist()


def test_what_a_package_may_run_stays_a_program(tmp_path: Path) -> None:
    wheel = local_wheel(tmp_path)
    with zipfile.ZipFile(wheel, "a") as archive:
        program = zipfile.ZipInfo("tiny_tools/program")
        program.external_attr = 0o755 << 16
        archive.writestr(program, "#!/bin/sh")

    layer = zipfile.ZipFile(layer_of(tmp_path, pinned(wheel)))

    modes = {entry.filename: entry.external_attr >> 16 for entry in layer.infolist()}
    assert modes["python/tiny_tools/program"] == 0o755
    assert modes["python/tiny.py"] == 0o644


def test_a_package_that_is_not_the_locked_one_is_not_installed(tmp_path: Path) -> None:
    wheel = local_wheel(tmp_path)
    line = pinned(wheel)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("thief.py", "")

    with pytest.raises(RuntimeError, match=r"(?s)Hash mismatch for `tiny"):
        layer_of(tmp_path, line)


@pytest.mark.parametrize("line", ["tiny==1", "tiny == 1 ; python_version > '3'", "tiny @ {wheel}"])
def test_a_package_without_a_hash_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    line = line.format(wheel=local_wheel(tmp_path).as_uri())

    with pytest.raises(
        ValueError, match=r"requirements\.txt:2: a package must have the hashes .*tiny"
    ):
        layer_of(tmp_path, "# pinned", line)


def test_what_only_bounds_a_version_needs_no_hash(tmp_path: Path) -> None:
    (tmp_path / "bounds.txt").write_text("large==1\n")

    layer_of(tmp_path, pinned(local_wheel(tmp_path)), "-c bounds.txt")
