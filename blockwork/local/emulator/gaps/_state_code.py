"""The code of functions and layers, apart from the state: as files named after their content.

It is most of the bytes, and none of them ever changes. Stock does so with the code of functions,
but hashes it every time, and keeps layers in the state itself.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from ministack.services import lambda_svc

State = dict[str, Any]


class Code:
    """The bytes of functions and layers, kept as files named after their content."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[bytes, str]] = {}  # by identity: hashing takes its time
        self._stock = lambda_svc._write_code_blob
        self._layers: set[str] = set()
        self.may_go = False  # the database may refer to older code until it is written again

    def keep_apart(self) -> None:
        """Let Lambda's state have references to the code instead of the code."""
        service = lambda_svc
        service._write_code_blob = self.write
        service._prune_orphan_code_blobs = partial(self.forget, service._prune_orphan_code_blobs)
        service.get_state = partial(self.without_layers, service.get_state)
        service.load_persisted_state = partial(self.with_layers, service.load_persisted_state)

    def write(self, code: bytes) -> str:
        """Return the name of the file that holds `code`."""
        known = self._known.get(id(code))
        if known is None or known[0] is not code:
            known = self._known[id(code)] = (code, self._stock(code))
        return known[1]

    def forget(self, stock: Callable[[set[str]], None], functions: set[str]) -> None:
        """Forget what neither functions nor layers have any more."""
        needed = functions | self._layers
        self._known = {key: known for key, known in self._known.items() if known[1] in needed}
        if self.may_go:
            stock(needed)

    def without_layers(self, stock: Callable[[], State]) -> State:
        """Return Lambda's state with references instead of the layers' bytes."""
        layers = type(lambda_svc._layers)()
        self._layers = set()
        for key, layer in lambda_svc._layers.all_items():
            versions = [{**version} for version in layer["versions"]]
            for version in versions:
                if code := version["_zip_data"]:
                    version["_zip_data"] = {lambda_svc._BLOB_REF_KEY: self.write(code)}
                    self._layers.add(self.write(code))
            layers._data[key] = {**layer, "versions": versions}
        return {**stock(), "layers": layers}

    @staticmethod
    def with_layers(stock: Callable[[State], None], state: State) -> None:
        """Give the layers their bytes back and restore Lambda's state."""
        for layer in state["layers"].to_dict().values() if "layers" in state else ():
            for version in layer["versions"]:
                if isinstance(reference := version["_zip_data"], dict):
                    version["_zip_data"] = lambda_svc._read_code_blob(
                        reference[lambda_svc._BLOB_REF_KEY]
                    )
        stock(state)
