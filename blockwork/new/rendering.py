"""Templates: folders of files, whose names have `{word}` and whose texts are Jinja's."""

from collections.abc import Mapping
from pathlib import Path

from blockwork.new.names import NewError

FOLDER = Path(__file__).parent / "templates"
SUFFIX = ".jinja"
HERE = "blockwork/new/templates/"
"""How comments in locks name what they were compiled from."""


def render(template: str, values: Mapping[str, object]) -> dict[Path, str]:
    """Return the files of a template, by their paths in the app.

    :param template: a folder of `templates`.
    :param values: what its texts and names may say; a name that is not there is an error.
    :raises NewError: if what renders them is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise NewError(
            f"templates need {error.name}: pip install 'blockwork-cdk[new]' brings it"
        ) from error
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Python and Markdown, no HTML
    )
    root = FOLDER / template
    files = {}
    for file in sorted(root.rglob("*")):
        if file.is_dir() or "__pycache__" in file.parts:
            continue
        text = file.read_text("utf-8")
        if file.suffix == SUFFIX:
            text = environment.from_string(text).render(values)
        text = text.replace(f"{HERE}{template}/", "")
        path = file.relative_to(root).as_posix().removesuffix(SUFFIX).format_map(values)
        files[Path(path)] = text
    return files
