"""Say beside the cause why a finding of a rule pack is acceptable."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, **findings: str) -> None:
    """Acknowledge findings of cdk-nag's AwsSolutions pack on a construct and what is below it.

    It changes no template and needs no cdk-nag; an app without the pack does not notice::

        acknowledge(bucket, S1="only CloudFront reads it, and CloudFront counts")

    :param findings: for each rule, by its short name, why its finding is acceptable.
    """
    Validations.of(construct).acknowledge(
        *(
            Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
            for rule, reason in findings.items()
        )
    )
