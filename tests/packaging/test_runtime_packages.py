"""What handlers take from the runtime, in the oldest version that a runtime may bring."""

import os
import subprocess
import sys
from pathlib import Path

import uv

from tests.packaging.conftest import ROOT

LOCK = Path(__file__).with_name("requirements-oldest.txt")
OLDEST = LOCK.read_text(encoding="utf-8").split()[0]
ADAPTERS = (
    "campaigns/test_provider_api.py",
    "forecast/test_weather_api.py",
    "vouchers/test_payment_provider.py",
)


def test_who_speaks_http_does_so_with_the_oldest_urllib3_too(tmp_path: Path) -> None:
    install = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    install += ["--requirements", str(LOCK), "--target", str(tmp_path)]
    subprocess.run(install, check=True)
    path = os.pathsep.join(map(str, (tmp_path, ROOT / "lambda_src", ROOT)))
    files = [f"tests/integration/{name}" for name in ADAPTERS]

    version = [sys.executable, "-c", "import urllib3; print(urllib3.__version__)"]
    for command, said in (
        (version, OLDEST.partition("==")[2]),
        ([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files], " passed"),
    ):
        result = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (result.returncode, said in result.stdout) == (0, True), result.stdout[-5000:]


def test_whoever_speaks_http_is_tried_with_it() -> None:
    users = {
        file.relative_to(ROOT / "lambda_src").parts[0] + "/test_" + file.name
        for file in (ROOT / "lambda_src").rglob("*.py")
        if "import urllib3" in file.read_text(encoding="utf-8")
    }

    assert users == set(ADAPTERS)
