"""A site that only who has a password sees."""

import base64
import hashlib
import json

from aws_cdk import Stack
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import StaticSite
from tests.unit.constructs_lib.blocks.edge import answers, request

PAIR = "ada:long and made by a machine ü"
KEY = hashlib.sha256(PAIR.encode()).hexdigest()


def basic(pair: str, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(pair.encode()).decode()}"


def test_nobody_sees_it_until_there_is_a_credential(stack: Stack) -> None:
    StaticSite(stack, "Site", asks_password=True)

    (refused,) = answers(stack, request("/", authorization=basic(PAIR)))

    assert refused["statusCode"] == 401
    assert refused["headers"]["www-authenticate"]["value"].startswith('Basic realm="preview"')
    assert refused["headers"]["cache-control"]["value"] == "no-store"


def test_who_has_a_credential_sees_it(stack: Stack) -> None:
    StaticSite(stack, "Site", asks_password=True)

    seen = answers(
        stack,
        request("/", authorization=basic(PAIR)),
        request("/about", authorization=basic(PAIR, "basic")),
        request("/app.js", authorization=basic(PAIR)),
        keys=[KEY],
    )

    assert [answer["uri"] for answer in seen] == ["/index.html", "/index.html", "/app.js"]


def test_who_has_none_does_not(stack: Stack) -> None:
    StaticSite(stack, "Site", asks_password=True)

    refused = answers(
        stack,
        request("/"),
        request("/app.js"),
        request("/", authorization=basic("ada:guessed")),
        request("/", authorization=basic(KEY)),
        request("/", authorization=f"Bearer {basic(PAIR)[6:]}"),
        request("/", authorization="Basic"),
        request("/", authorization="Basic %%%"),
        keys=[KEY],
    )

    assert {answer["statusCode"] for answer in refused} == {401}


def test_no_file_is_left_out_and_the_template_holds_no_credential(stack: Stack) -> None:
    site = StaticSite(stack, "Site", asks_password=True)

    assert site.credentials is not None
    store = {
        "Fn::GetAtt": [stack.resolve(site.credentials.key_value_store_id)["Fn::GetAtt"][0], "Arn"]
    }
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::CloudFront::Function",
        {"FunctionConfig": {"KeyValueStoreAssociations": [{"KeyValueStoreARN": store}]}},
    )
    template.has_resource_properties(
        "AWS::CloudFront::KeyValueStore", {"ImportSource": Match.absent()}
    )
    (distribution,) = template.find_resources("AWS::CloudFront::Distribution").values()
    config = distribution["Properties"]["DistributionConfig"]
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert behaviour["FunctionAssociations"], json.dumps(behaviour)


def test_a_site_for_everybody_has_no_store(stack: Stack) -> None:
    assert StaticSite(stack, "Site").credentials is None
    Template.from_stack(stack).resource_count_is("AWS::CloudFront::KeyValueStore", 0)
