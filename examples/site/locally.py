"""What the museum has had for years, made before the app's first deployment to this machine."""

from pathlib import Path

from blockwork.local.account import Account
from blockwork.local.configured_app import ConfiguredApp


class MuseumHere(ConfiguredApp):
    """The app as `app.py` has it, in an account that is not empty."""

    def prepare(self, account: Account, state: Path) -> None:
        """Make the hosted zone and the certificate, if they are not there."""
        if account.recall("/museum/zone"):
            return
        certificate = account.client("acm", region="us-east-1").request_certificate(
            DomainName="www.museum.example", ValidationMethod="DNS"
        )
        account.remember("/museum/certificate", certificate["CertificateArn"])
        zone = account.client("route53").create_hosted_zone(
            Name="museum.example", CallerReference="the museum's own"
        )
        account.remember("/museum/zone", zone["HostedZone"]["Id"].rpartition("/")[2])
