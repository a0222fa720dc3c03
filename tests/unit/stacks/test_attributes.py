"""The names of attributes are a contract between stacks, which grant them, and adapters."""

from dataclasses import replace

from campaigns.adapters import items as campaigns
from campaigns.domain.campaigns import Batch
from campaigns.handlers import publish_changes as publish_campaigns
from catalog.adapters import product_table as products
from identity.adapters import items as users
from vouchers.adapters import items as vouchers
from vouchers.handlers import publish_changes

from stacks import campaigns as campaigns_stack
from stacks import catalog, identity, subscribers
from stacks import vouchers as vouchers_stack
from tests.unit.lambda_src.campaigns.fakes import NOW, campaign
from tests.unit.lambda_src.identity.samples import grant, profile
from tests.unit.lambda_src.vouchers.samples import voucher


def test_identity_grants_what_is_in_its_items() -> None:
    assert identity.PROFILE == users.PROFILE_ATTRIBUTES
    assert identity.PERMISSIONS == users.GRANT_ATTRIBUTES
    assert users.profile_item(profile()).keys() == {*users.KEY, *users.PROFILE_ATTRIBUTES}
    assert users.grant_item(grant()).keys() == {*users.KEY, *users.GRANT_ATTRIBUTES}
    assert (subscribers.INDEX, subscribers.INDEX_KEY) == (users.SUBSCRIBERS, users.INDEX_KEY)


def test_vouchers_grants_what_is_in_its_items() -> None:
    assert vouchers_stack.VOUCHER == vouchers.VOUCHER_ATTRIBUTES
    assert vouchers_stack.PAYMENT == vouchers.PAYMENT_ATTRIBUTES
    assert vouchers_stack.PURCHASE == vouchers.PURCHASE_ATTRIBUTES
    assert vouchers_stack.HOUR == vouchers.HOUR_ATTRIBUTES
    assert vouchers_stack.CODE == vouchers.CODE_ATTRIBUTES
    assert vouchers_stack.FAILED == publish_changes.FAILED
    assert vouchers_stack.STANDING == vouchers.STANDING_ATTRIBUTES
    written = vouchers.voucher_item(replace(voucher(), reason="late")).keys()
    assert written == {*vouchers.KEYS, *vouchers.VOUCHER_ATTRIBUTES}


def test_campaigns_grants_what_is_in_its_items() -> None:
    assert campaigns_stack.STANDING == campaigns.STANDING_ATTRIBUTES
    assert campaigns_stack.SHOWN == campaigns.SHOWN_ATTRIBUTES
    assert campaigns_stack.CAMPAIGN == campaigns.CAMPAIGN_ATTRIBUTES
    assert campaigns_stack.BATCH == campaigns.BATCH_ATTRIBUTES
    assert campaigns_stack.OUTCOME == campaigns.OUTCOME_ATTRIBUTES
    assert campaigns_stack.LINK == campaigns.LINK_ATTRIBUTES
    assert campaigns_stack.FAILED == publish_campaigns.FAILED
    written = campaigns.campaign_item(campaign()).keys()
    assert written <= {*campaigns.KEYS, *campaigns.CAMPAIGN_ATTRIBUTES}
    batch = Batch(number=1, user_ids=("u1",), before=0, next_token="u1")
    kept = campaigns.batch_item("c1", batch, now=NOW).keys()
    assert kept <= {*campaigns.KEYS, *campaigns.BATCH_ATTRIBUTES, campaigns.EXPIRATION}


def test_catalog_grants_what_is_in_its_items() -> None:
    assert {"productId", *catalog.PRODUCT} == {*products.ATTRIBUTES}
