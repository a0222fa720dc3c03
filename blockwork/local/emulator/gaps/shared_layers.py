"""A layer is unpacked once.

AWS mounts a function's layers, which costs a new execution environment next to nothing. Stock
unpacks every layer again for every process of a Python handler, thousands of files for a layer of
ordinary packages. Closed by unpacking each layer once for its content.
"""

import hashlib
import io
import os
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.core.lambda_runtime import Worker
from ministack.services import lambda_svc

LAYERS = "_LAMBDA_LAYERS_DIRS"  # where stock's workers look for their layers

unpacking = threading.Lock()


def close() -> None:
    """Give Python workers shared layers; other languages keep their own."""
    stock = Worker._spawn

    def spawn(worker: Any) -> None:
        config = worker.config
        if not config.get("Layers") or not config.get("Runtime", "").startswith("python"):
            stock(worker)
            return
        zips = [content_of(layer) for layer in config["Layers"]]
        trees = [str(_unpacked(content)) for content in zips if content]
        variables = (config.get("Environment") or {}).get("Variables") or {}
        shared = {**variables, LAYERS: os.pathsep.join(trees)}
        worker.config = {**config, "Layers": [], "Environment": {"Variables": shared}}
        try:
            stock(worker)
        finally:
            worker.config = config

    Worker._spawn = spawn


def content_of(layer: Any) -> bytes | None:
    """Return a layer's zip as a process is to find it."""
    content: bytes | None = lambda_svc._resolve_layer_zip(layer)
    return content


def _unpacked(content: bytes) -> Path:
    tree = Path(tempfile.gettempdir(), f"layer-{hashlib.sha256(content).hexdigest()[:16]}")
    with unpacking:
        if not tree.is_dir():
            # The name is the last thing it gets, so what has it is whole; no process that was
            # killed while it unpacked is left in this folder, the local stage empties it.
            unfinished = Path(tempfile.mkdtemp(prefix="layer-unfinished-"))
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(unfinished)
            unfinished.rename(tree)
    return tree
