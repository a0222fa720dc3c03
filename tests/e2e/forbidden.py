"""What each function may not ask of its table: the items and attributes that it is not for."""

from typing import Any

PEOPLE = ("Identity", "Profiles")
BOUGHT = ("Vouchers", "Vouchers")
USER, VOUCHER = "user-of-nobody", "0123"
Item = dict[str, Any]


def key(item_id: str, user_id: str = USER) -> Item:
    return {"userId": {"S": user_id}, "itemId": {"S": item_id}}


def setting(item_id: str, name: str, value: str = "x") -> tuple[str, Item]:
    """Return the update of one attribute."""
    return "update_item", {
        "Key": key(item_id),
        "UpdateExpression": "SET #name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": {"S": value}},
    }


def putting(item_id: str, **attributes: str) -> tuple[str, Item]:
    item = key(item_id) | {name: {"S": value} for name, value in attributes.items()}
    return "put_item", {"Item": item}


def removing(item_id: str) -> tuple[str, Item]:
    return "delete_item", {"Key": key(item_id)}


def reading(item_id: str, *names: str) -> tuple[str, Item]:
    wanted = {"ProjectionExpression": ", ".join(names)} if names else {}
    return "get_item", {"Key": key(item_id), **wanted}


def listing(*names: str) -> tuple[str, Item]:
    wanted = {"ProjectionExpression": ", ".join(names)} if names else {}
    return "query", {
        "KeyConditionExpression": "userId = :user",
        "ExpressionAttributeValues": {":user": {"S": USER}},
        **wanted,
    }


def querying_index(*names: str) -> tuple[str, Item]:
    wanted = {"ProjectionExpression": ", ".join(names)} if names else {}
    return "query", {
        "IndexName": "Subscribers",
        "KeyConditionExpression": "subscribedTo = :newsletter",
        "ExpressionAttributeValues": {":newsletter": {"S": "newsletter"}},
        **wanted,
    }


def scanning(*names: str) -> tuple[str, Item]:
    return "scan", ({"ProjectionExpression": ", ".join(names)} if names else {})


DECIDING = (
    setting("profile", "newsletter"),
    setting("profile", "subscribedTo"),
    removing("profile"),
)
GRANTING = (
    setting("permissions", "permissions", "*:*"),
    setting("permissions", "grantedBy"),
    putting("permissions", permissions="*:*"),
    putting("permissions", email="x"),
    removing("permissions"),
)
PRICING = (
    setting(f"voucher#{VOUCHER}", "amount", "500.00"),
    setting(f"voucher#{VOUCHER}", "recipientEmail", "thief@example.org"),
    setting(f"code#{VOUCHER}", "code"),
    setting("key#1", "state", "DONE"),
    putting(f"voucher#{VOUCHER}", status="PAID"),
    removing(f"voucher#{VOUCHER}"),
)
SHOWING = (
    reading(f"code#{VOUCHER}"),
    reading(f"code#{VOUCHER}", "code"),
    reading(f"payment#{VOUCHER}", "paymentId"),
    listing(),
    listing("code"),
)
FORBIDDEN: dict[tuple[str, str], tuple[tuple[str, str], tuple[tuple[str, Item], ...]]] = {
    ("Identity", "GetProfile"): (
        PEOPLE,
        (*GRANTING, setting("profile", "phone"), reading("permissions", "permissions"), listing()),
    ),
    ("Identity", "ReplaceProfile"): (PEOPLE, (*GRANTING, reading("permissions"))),
    ("Identity", "PostConfirmation"): (PEOPLE, (*GRANTING, removing("profile"), listing())),
    ("Identity", "PreTokenGeneration"): (PEOPLE, (*GRANTING, removing("profile"), listing())),
    ("Identity", "GetPermissions"): (PEOPLE, (*GRANTING, reading("profile", "phone"))),
    ("Identity", "ReplacePermissions"): (
        PEOPLE,
        (
            setting("profile", "displayName"),
            setting("profile", "email"),
            putting("profile", permissions=""),
            removing("profile"),
            reading("profile"),
        ),
    ),
    ("Vouchers", "GetVoucher"): (BOUGHT, (*PRICING, *SHOWING)),
    ("Vouchers", "ListVouchers"): (BOUGHT, (*PRICING, *SHOWING)),
    ("Vouchers", "IssueVoucher"): (BOUGHT, PRICING),
    ("Vouchers", "MailVoucher"): (BOUGHT, (*PRICING, *SHOWING)),
    ("Vouchers", "CreateVoucher"): (BOUGHT, (*SHOWING, *PRICING[-2:])),
    ("Vouchers", "SettlePayment"): (
        BOUGHT,
        (*SHOWING, *PRICING[-2:], setting("key#1", "startedAt"), setting("key#1", "voucherId")),
    ),
    ("Identity", "FindGoneUsers"): (
        PEOPLE,
        (
            *GRANTING,
            removing("profile"),
            setting("deleted", "deletedAt"),
            reading("profile", "email"),
            scanning("email"),
            scanning(),
        ),
    ),
    ("Identity", "ForgetUser"): (
        PEOPLE,
        (*GRANTING[:-1], setting("profile", "email"), reading("profile", "email"), listing()),
    ),
    ("Identity", "NewsletterListSubscribers"): (
        PEOPLE,
        (
            *GRANTING,
            *DECIDING,
            scanning(),
            scanning("userId"),
            ("scan", {"IndexName": "Subscribers", "ProjectionExpression": "userId"}),
            querying_index(),
            querying_index("email"),
            listing("userId"),
            reading("profile", "email"),
        ),
    ),
    ("Identity", "NewsletterDescribeSubscribers"): (
        PEOPLE,
        (
            *GRANTING,
            *DECIDING,
            scanning("email"),
            querying_index("userId"),
            ("batch_get_item", {"RequestItems": {"$table": {"Keys": [key("profile")]}}}),
            (
                "batch_get_item",
                {
                    "RequestItems": {
                        "$table": {"Keys": [key("profile")], "ProjectionExpression": "phone"}
                    }
                },
            ),
        ),
    ),
    ("Identity", "NewsletterShowUnsubscribe"): (
        PEOPLE,
        (*GRANTING, *DECIDING, reading("profile", "email"), scanning("userId")),
    ),
    ("Identity", "NewsletterUnsubscribe"): (
        PEOPLE,
        (
            *GRANTING,
            removing("profile"),
            setting("profile", "email"),
            reading("profile", "newsletter"),
            scanning("userId"),
        ),
    ),
    ("Identity", "NewsletterIndexSubscribers"): (
        PEOPLE,
        (*GRANTING, removing("profile"), setting("profile", "email"), scanning("email")),
    ),
    ("Vouchers", "ForgetUser"): (
        BOUGHT,
        (
            setting(f"voucher#{VOUCHER}", "amount", "500.00"),
            setting(f"voucher#{VOUCHER}", "status", "PAID"),
            setting(f"code#{VOUCHER}", "code"),
            *PRICING[3:],
            *SHOWING,
        ),
    ),
    ("Support", "Support"): (
        ("Support", "Tasks"),
        (
            scanning(),
            scanning("itemId"),
            putting("open#000000001"),
            setting("open#000000001", "owner"),
            reading("open#000000001"),
            reading("message#1", "reply"),
            listing(),
            listing("correlationId"),
        ),
    ),
    ("Notifications", "PushForget"): (
        ("Notifications", "PushChannel"),
        (setting("message#1", "data"), reading("message#1", "data"), listing("data")),
    ),
    ("Notifications", "PushConnect"): (
        ("Notifications", "PushChannel"),
        (setting("message#1", "data"), setting("counter", "last"), putting("message#1")),
    ),
    ("Notifications", "PushAnswer"): (
        ("Notifications", "PushChannel"),
        (setting("message#1", "data"), setting("connection#1", "cursor"), removing("counter")),
    ),
    ("Notifications", "PushDisconnect"): (
        ("Notifications", "PushChannel"),
        (setting("message#1", "data"), reading("message#1", "itemId"), putting("resume#1")),
    ),
    ("Notifications", "PushAccept"): (
        ("Notifications", "PushChannel"),
        (setting("connection#1", "cursor"), putting("connection#1"), removing("counter")),
    ),
    ("Notifications", "PushDeliver"): (
        ("Notifications", "PushChannel"),
        (setting("counter", "last"), setting("message#1", "data"), putting("message#1")),
    ),
}
"""By stack and function: the table, and what may not be asked of it."""
