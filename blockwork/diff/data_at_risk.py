"""Tell which resources that hold data a change replaces, removes or leaves behind."""

import re
from collections.abc import Iterator
from typing import Any

Template = dict[str, Any]

# Types whose loss is loss of data: AWS's own list, as cfn-lint has it for its rule I3011 (a test
# compares the two), and what the platform's replays and addresses live on.
STATEFUL = frozenset(
    (
        "AWS::Backup::BackupVault",
        "AWS::CloudFormation::Stack",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DocDB::DBInstance",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::EMR::Cluster",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Elasticsearch::Domain",
        "AWS::FSx::FileSystem",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::Neptune::DBCluster",
        "AWS::Neptune::DBInstance",
        "AWS::OpenSearchService::Domain",
        "AWS::Organizations::Account",
        "AWS::QLDB::Ledger",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::S3::Bucket",
        "AWS::SDB::Domain",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
        "AWS::Events::Archive",
        "AWS::Events::EventBus",
        "AWS::Route53::HostedZone",
    )
)

# What CloudFormation's schemas do not say and its services refuse or answer with a new resource:
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html (sign-in options
# and required attributes are for ever), the KMS and DynamoDB pages of the CloudFormation reference.
FIXED = {
    "AWS::Cognito::UserPool": ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration"),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion"),
}
# Lists that may grow; an entry that is there may not change.
ONLY_GROWING = {
    "AWS::Cognito::UserPool": ("Schema",),
    "AWS::DynamoDB::GlobalTable": ("AttributeDefinitions",),
    "AWS::DynamoDB::Table": ("AttributeDefinitions",),
}

IMPACTS = {
    "replace": "will be replaced by an empty one",
    "may be replaced": "may be replaced by an empty one",
    "destroy": "will be deleted",
    "orphan": "will be left behind: kept, but no stack's any more",
}
RESOURCE = re.compile(
    rf"^\[[-~]\] (?P<type>\S+) (?P<name>.+) (?P<impact>{'|'.join(IMPACTS)})(?: \(OR move .*)?$",
    re.MULTILINE,
)


def data_at_risk(before: Template, after: Template, diff: str) -> Iterator[str]:
    """Yield a line for each resource that holds data and may lose it.

    :param diff: what `cdk diff` says of the two templates.
    """
    told = set()
    for found in RESOURCE.finditer(diff):
        if found["type"] in STATEFUL:
            told.add(found["name"].split()[-1])
            yield f"{found['type']} {found['name']} {IMPACTS[found['impact']]}"
    kept = before.get("Resources", {}).keys() & after.get("Resources", {}).keys()
    for logical_id in sorted(kept - told):
        old, new = before["Resources"][logical_id], after["Resources"][logical_id]
        kind = old["Type"]
        was, will_be = old.get("Properties", {}), new.get("Properties", {})
        changed = [name for name in FIXED.get(kind, ()) if was.get(name) != will_be.get(name)]
        changed += [
            name
            for name in ONLY_GROWING.get(kind, ())
            if any(entry not in will_be.get(name, []) for entry in was.get(name, []))
        ]
        for name in changed:
            yield f"{kind} {logical_id} cannot change its {name}: refused, or a new, empty one"
