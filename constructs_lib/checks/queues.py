"""No queue may keep what nobody looks at: each hands on, or ends a chain under an alarm."""

import json
from collections.abc import Iterator

from constructs_lib.checks.assembly import Assembly, Resource
from constructs_lib.checks.policies import as_list

TELLING = ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage")


def queue_problems(assembly: Assembly) -> Iterator[str]:
    """Yield, in sentences, which queues lose messages silently."""
    for queue in assembly.of_type("AWS::SQS::Queue"):
        policy = queue.properties.get("RedrivePolicy")
        if policy is None:
            yield from _end(assembly, queue)
            continue
        policy = json.loads(policy) if isinstance(policy, str) else policy
        target = str(policy["deadLetterTargetArn"])
        end = assembly.find(target)
        if end is None:
            continue  # of another app, whose check it is
        allowed = end.properties.get("RedriveAllowPolicy") or {}
        allowed = json.loads(allowed) if isinstance(allowed, str) else allowed
        permission = allowed.get("redrivePermission", "allowAll")
        sources = as_list(allowed.get("sourceQueueArns", []))
        if permission == "denyAll" or (permission == "byQueue" and queue.arn not in sources):
            yield (
                f"{queue} hands on to {end}, whose RedriveAllowPolicy does not let it: name the"
                " queue in its sourceQueueArns, or leave the policy out"
            )


def _end(assembly: Assembly, queue: Resource) -> Iterator[str]:
    alarms = [a for a in assembly.of_type("AWS::CloudWatch::Alarm") if _watches(a, queue)]
    way_out = (
        "give the queue a dead-letter queue, such as `FailureChain.dead_letter_queue()`, or, if"
        " messages end in it, an alarm on ApproximateNumberOfMessagesVisible or"
        " ApproximateAgeOfOldestMessage that tells a topic (`AlarmTopic.watch`)"
    )
    if not alarms:
        yield (
            f"{queue} has neither a dead-letter queue nor an alarm: what nobody can handle waits"
            f" there until it expires. Way out: {way_out}"
        )
    elif not any(_tells(assembly, alarm) for alarm in alarms):
        named = ", ".join(str(alarm) for alarm in alarms)
        yield f"{queue} is watched by {named}, which tell no topic when they go off: {way_out}"


def _watches(alarm: Resource, queue: Resource) -> bool:
    one = alarm.properties
    several = [query.get("MetricStat", {}).get("Metric", {}) for query in one.get("Metrics", [])]
    return str(one.get("ComparisonOperator", "")).startswith("GreaterThan") and any(
        metric.get("MetricName") in TELLING
        and {"Name": "QueueName", "Value": queue.name} in metric.get("Dimensions", [])
        for metric in (one, *several)
    )


def _tells(assembly: Assembly, alarm: Resource) -> bool:
    if alarm.properties.get("ActionsEnabled") is False:
        return False
    topics = (assembly.find(str(arn)) for arn in alarm.properties.get("AlarmActions", []))
    return any(topic is None or topic.type == "AWS::SNS::Topic" for topic in topics)
