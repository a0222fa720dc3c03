"""The command as somebody calls it, who stands in an app's folder."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def blockwork(*words: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it in a terminal of 80 columns."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); " + (
        "from blockwork.command.entry import main; main()"
    )
    plain = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=cwd,
        env={**plain, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def an_app(folder: Path, settings: str = "") -> Path:
    """Make another team's folder."""
    (folder / "cdk.json").write_text('{"app": "python3 app.py"}')
    if settings:
        (folder / "pyproject.toml").write_text(settings)
    return folder
