"""The files of a package's folder, as a zip for Lambda can carry them."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path


def source_files(source: Path, package: str, *, without: str = "__pycache__") -> dict[str, Path]:
    """Return a package's files by their names below `source`; hidden ones and bytecode stay out.

    Where no folder has the name, it is that of a single module.

    What a link leads to is taken as if it lay where the link does, files outside of `source`
    included: Lambda has no other place for it.

    :param without: folders of this name stay out, too. Default: none more.
    :raises ValueError: if something cannot be carried; names it, and what to do.
    """
    found: dict[str, Path] = {}
    alike: dict[str, str] = {}
    folder, module = source / package, source / f"{package}.py"
    is_module = module.is_file() and not folder.is_dir()
    for path in (module,) if is_module else _walk(folder, (), without):
        name = path.relative_to(source).as_posix()
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"a name must be text in UTF-8, got {name!r}: rename it") from error
        other = alike.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            raise ValueError(
                f"{source / name} and {source / other} are one file on systems that ignore the "
                "case of letters, so a checkout there has another content: rename one"
            )
        found[name] = path
    return found


def _walk(folder: Path, above: tuple[Path, ...], without: str) -> Iterator[Path]:
    real = folder.resolve()
    if real in above:
        raise ValueError(
            f"{folder} is a link to a folder that it lies in, which has no end: remove the link"
        )
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        path = Path(entry.path)
        if entry.name.startswith(".") or entry.name in ("__pycache__", without):
            continue
        if path.is_dir():
            yield from _walk(path, (*above, real), without)
        elif path.is_file():
            yield path
        elif entry.is_symlink():
            raise ValueError(
                f"{path} is a link to {path.readlink()}, where nothing is: "
                "remove it or mend where it leads"
            )
        else:
            raise ValueError(f"{path} must be a file, a folder or a link to one: remove it")
