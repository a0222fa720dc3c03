"""A handler's clients wait for this machine as long as they need not for AWS.

DynamoDB answers in milliseconds, so handlers give up and try again after a second or two. Here all
services share a laptop with what asks them: where that is busy, a request that is only slow was
made twice, and failed. Closed in the processes of Python handlers: botocore waits PATIENCE at
least. What a function's timeout and the clients of outside services bound stays bounded.
"""

from blockwork.local.emulator.gaps._hooks import run_first_in_python_workers

PATIENCE = 30
"""Seconds at least until a client of AWS gives up a connection or an answer."""

# The handler's own botocore is imported later, from a layer: it is changed when that happens.
STRETCH = f"""
import sys


class _Patience:
    def find_spec(self, name, path=None, target=None):
        if name != "botocore.httpsession":
            return None
        sys.meta_path.remove(self)
        import importlib.util
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            session = module.URLLib3Session
            start = session.__init__

            def patient(self, verify=True, proxies=None, timeout=None, *more, **options):
                if isinstance(timeout, (int, float)):
                    timeout = (timeout, timeout)
                if timeout is not None:
                    timeout = tuple(seconds and max(seconds, {PATIENCE}) for seconds in timeout)
                start(self, verify, proxies, timeout, *more, **options)

            session.__init__ = patient

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, _Patience())
"""


def close() -> None:
    """Stretch what botocore is told to wait."""
    run_first_in_python_workers(STRETCH)
