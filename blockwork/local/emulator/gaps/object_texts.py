"""Names and metadata of S3's objects keep their characters.

Keys are UTF-8, and a URI that cannot be read as such is refused with InvalidURI
(https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html); `${filename}` in a form
stands for what follows the last slash or backslash of the file's name
(https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html); metadata beyond ASCII
comes back in the words of RFC 2047
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html). Stock puts U+FFFD into
keys, reads a form's file name as Latin-1, and sends metadata as raw bytes. Closed where stock reads
each of them.
"""

import base64
from collections.abc import Awaitable, Callable
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

from ministack import app as gateway
from ministack.core.router import detect_service
from ministack.services import s3

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Part = tuple[str, str | None, dict[str, str], bytes]


def close() -> None:
    """Read all of them as S3 does."""
    stock_app, stock_form = gateway.app, s3._parse_multipart_form
    stock_metadata = s3._extract_user_metadata

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_unreadable(scope["raw_path"]) and _is_for_s3(scope):
            uri = scope["raw_path"].decode("latin-1")
            text = "Couldn't parse the specified URI."
            await gateway._send_response(send, *s3._error("InvalidURI", text, 400, uri))
        else:
            await stock_app(scope, receive, send)

    def form(content_type: str, body: bytes) -> list[Part]:
        return [
            (name, _file_name(filename), headers, value)
            for name, filename, headers, value in stock_form(content_type, body)
        ]

    def metadata(headers: dict[str, str]) -> dict[str, str]:
        return {name: mail_safe(value) for name, value in stock_metadata(headers).items()}

    gateway.app = app
    s3._parse_multipart_form = form
    s3._extract_user_metadata = metadata


def mail_safe(value: str) -> str:
    """Return a value of metadata in ASCII, whether it came as text or in RFC 2047's words."""
    try:
        text = str(make_header(decode_header(value))) if value.isascii() else value
    except (HeaderParseError, LookupError, UnicodeError):
        return value
    return text if text.isascii() else f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="


def _file_name(latin_1: str | None) -> str | None:
    """Return the last part of a file's name: stock has read its bytes one by one."""
    if latin_1 is None:
        return None
    sent = latin_1.encode("latin-1")
    try:
        name = sent.decode()
    except UnicodeDecodeError:
        name = latin_1
    return name.replace("\\", "/").rpartition("/")[2]


def _is_unreadable(raw_path: bytes) -> bool:
    try:
        unquote_to_bytes(raw_path).decode()
    except UnicodeDecodeError:
        return True
    return False


def _is_for_s3(scope: Message) -> bool:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return bool(detect_service(scope["method"], scope["path"], headers, query) == "s3")
