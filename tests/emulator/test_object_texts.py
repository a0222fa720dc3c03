"""Objects whose names and metadata are not ASCII."""

import uuid
from email.header import decode_header, make_header

import httpx
import pytest

from tests.emulator.support import Aws

NAME = "Économie 電気 🔌.pdf"


@pytest.fixture(scope="module")
def bucket(aws: Aws) -> str:
    name = f"texts-{uuid.uuid4().hex}"
    location = {"LocationConstraint": "eu-west-2"}
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=location)
    return name


def keys(aws: Aws, bucket: str) -> list[str]:
    listed = aws.client("s3").list_objects_v2(Bucket=bucket)
    return [each["Key"] for each in listed.get("Contents", [])]


def posted(
    aws: Aws, http: httpx.Client, bucket: str, file_name: bytes, **fields: str
) -> httpx.Response:
    """Post a form as a browser does: the file's name as it is, in the page's encoding."""
    form = aws.client("s3").generate_presigned_post(
        bucket,
        f"{fields.pop('folder')}/${{filename}}",
        Fields=fields,
        Conditions=[{name: value} for name, value in fields.items()],
    )
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form["fields"].items()
    ]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
    parts += [file, file_name, b'"\r\nContent-Type: application/pdf\r\n\r\ncontent\r\n']
    return http.post(
        form["url"],
        content=b"".join(parts) + f"--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (NAME, NAME),
        ("plain.pdf", "plain.pdf"),
        ("C:\\Documents\\Économie.pdf", "Économie.pdf"),
        ("home/ü/電気.pdf", "電気.pdf"),
        ("e\u0301.pdf", "e\u0301.pdf"),
    ],
)
def test_a_form_stores_a_file_under_its_own_name(
    aws: Aws, http: httpx.Client, bucket: str, sent: str, stored: str
) -> None:
    folder = uuid.uuid4().hex

    answer = posted(aws, http, bucket, sent.encode(), folder=folder)

    assert answer.status_code == 204, answer.text
    key = f"{folder}/{stored}"
    assert key in keys(aws, bucket)
    assert aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == b"content"


def test_metadata_of_a_form_comes_back_mail_safe(aws: Aws, http: httpx.Client, bucket: str) -> None:
    field = {"x-amz-meta-title": NAME, "x-amz-meta-plain": "as it is"}

    posted(aws, http, bucket, b"titled.pdf", folder="form", **field)

    head = aws.client("s3").head_object(Bucket=bucket, Key="form/titled.pdf")["Metadata"]
    assert head["title"].isascii()
    assert str(make_header(decode_header(head["title"]))) == NAME
    assert head["plain"] == "as it is"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("=?UTF-8?B?w4lj?=", "=?UTF-8?B?w4lj?="),
        ("=?utf-8?q?=C3=89c?=", "=?UTF-8?B?w4lj?="),
        ("=?ISO-8859-1?Q?=C9c?=", "=?UTF-8?B?w4lj?="),
        ("=?UTF-8?Q?plain?=", "plain"),
        ("=?unknown?B?w4lj?=", "=?unknown?B?w4lj?="),
        ("a = b? c", "a = b? c"),
    ],
)
def test_encoded_words_in_metadata_are_read(aws: Aws, bucket: str, given: str, kept: str) -> None:
    s3 = aws.client("s3")

    s3.put_object(Bucket=bucket, Key="words", Body=b"", Metadata={"title": given})

    assert s3.head_object(Bucket=bucket, Key="words")["Metadata"] == {"title": kept}


@pytest.mark.parametrize("escaped", ["caf%E9", "%C0%AF", "%ED%A0%80", "a/%FF/b"])
@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_a_key_that_is_not_utf_8_is_refused(
    aws: Aws, http: httpx.Client, bucket: str, method: str, escaped: str
) -> None:
    before = keys(aws, bucket)

    answer = http.request(method, f"{aws.endpoint}/{bucket}/{escaped}")

    assert answer.status_code == 400
    assert "<Code>InvalidURI</Code>" in answer.text
    assert keys(aws, bucket) == before


@pytest.mark.parametrize("key", [NAME, "a\ufffdb", "a%FFb", "a+b &c"])
def test_any_other_key_is_what_it_was(aws: Aws, bucket: str, key: str) -> None:
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"content")

    assert key in keys(aws, bucket)
    assert aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == b"content"
