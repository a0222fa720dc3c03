"""Requests to the plain-http gateway count as TLS.

AWS is reached over TLS, and buckets made with `enforce_ssl=True` (the CDK's bootstrap bucket among
them) deny everything else by the condition `aws:SecureTransport`. Stock serves plain http and
answers that condition truthfully, so with AUTH=true nobody can read such a bucket, CloudFront
included. Closed by calling every request secure: the gateway listens on the loopback only.
"""

from contextvars import ContextVar

from ministack import app
from ministack.core import iam_evaluator


def close() -> None:
    """Make every request's origin a secure one, also where no request is being served."""
    pin = iam_evaluator.pin_request_origin
    iam_evaluator._request_origin = ContextVar("request_origin", default=("127.0.0.1", True))
    app.pin_request_origin = lambda address, _secure: pin(address, True)
