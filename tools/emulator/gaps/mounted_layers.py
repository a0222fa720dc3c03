"""Layers are mounted once, and a handler can start the programs in them.

AWS mounts a function's layers at /opt. Stock unpacks every layer again for every process of a
Python handler, 4300 files for the CDK's BucketDeployment, and nothing is found under /opt: that
handler's `/opt/awscli/aws` fails. Closed by unpacking each layer once for its content and by
looking a started program's /opt up there. The layer's aws is a Python script and its first line
names Lambda's interpreter, so it runs with the handler's.
"""

import hashlib
import io
import os
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.core.lambda_runtime import Worker
from ministack.services import lambda_svc

from tools.emulator.gaps._hooks import run_first_in_python_workers

LAYERS = "_LAMBDA_LAYERS_DIRS"  # where stock's workers look for their layers

RESOLVE_OPT = f'''
import os, subprocess, sys


class _Popen(subprocess.Popen):
    def __init__(self, args, *rest, **options):
        super().__init__(_from_layer(args), *rest, **options)


def _from_layer(args):
    if isinstance(args, list) and args and str(args[0]).startswith("/opt/"):
        for layer in os.environ.get("{LAYERS}", "").split(os.pathsep):
            program = os.path.join(layer, args[0][len("/opt/"):])
            if layer and os.path.isfile(program):
                with open(program, "rb") as file:
                    script = b"python" in file.readline()
                return [*([sys.executable] if script else []), program, *args[1:]]
    return args


subprocess.Popen = _Popen
'''


def close() -> None:
    """Give Python workers shared layers; other languages keep their own."""
    stock = Worker._spawn

    def spawn(worker: Any) -> None:
        config = worker.config
        if not config.get("Layers") or not config.get("Runtime", "").startswith("python"):
            stock(worker)
            return
        trees = [_unpacked(content) for layer in config["Layers"] if (content := _zip(layer))]
        variables = (config.get("Environment") or {}).get("Variables") or {}
        mounted = {**variables, LAYERS: os.pathsep.join(map(str, trees))}
        worker.config = {**config, "Layers": [], "Environment": {"Variables": mounted}}
        try:
            stock(worker)
        finally:
            worker.config = config

    Worker._spawn = spawn
    run_first_in_python_workers(RESOLVE_OPT)


def _zip(layer: dict[str, Any] | str) -> bytes | None:
    content: bytes | None = lambda_svc._resolve_layer_zip(layer)
    return content


unpacking = threading.Lock()


def _unpacked(content: bytes) -> Path:
    tree = Path(tempfile.gettempdir(), f"layer-{hashlib.sha256(content).hexdigest()[:16]}")
    with unpacking:
        if not tree.is_dir():
            unfinished = tree.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(unfinished)
            unfinished.rename(tree)
    return tree
