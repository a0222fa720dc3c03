"""A function in Python runs the programs of its layers.

AWS unpacks layers in `/opt`, and its own Python is `/var/lang/bin/python`
(https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html). The CDK's `BucketDeployment`
calls `/opt/awscli/aws` so. On this machine nothing is written to `/opt`: stock gives a function the
modules of its layers, not the programs. Closed in the handlers' process: a program that is looked
for there is taken from the layers' folders, and run by this Python if it is one of Python.
"""

from blockwork.local.emulator.gaps._hooks import run_first_in_python_workers

FROM_THE_LAYERS = """
import os, subprocess, sys

_stock_popen = subprocess.Popen.__init__


def _of_a_layer(program):
    for layer in os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep):
        file = os.path.join(layer, program[len("/opt/"):])
        if layer and os.path.isfile(file):
            with open(file, "rb") as opened:
                first = opened.readline()
            return [sys.executable, file] if b"/python" in first else [file]
    return [program]


def _popen(process, args, *rest, **options):
    if isinstance(args, (list, tuple)) and args and str(args[0]).startswith("/opt/"):
        args = [*_of_a_layer(str(args[0])), *args[1:]]
    _stock_popen(process, args, *rest, **options)


subprocess.Popen.__init__ = _popen
"""


def close() -> None:
    """Look in the layers."""
    run_first_in_python_workers(FROM_THE_LAYERS)
