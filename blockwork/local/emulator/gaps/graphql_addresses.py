"""A GraphQL API of AppSync answers by its own name, in whatever account it is.

AWS makes `<api>.appsync-api.<region>.amazonaws.com`, the output that an app's clients are given
(https://docs.aws.amazon.com/appsync/latest/devguide/custom-domain-name.html). Stock knows an API by
that name in its own account alone. Closed by looking into all of them; `front_door` lets in who
comes by the name of an API that there is. Nobody but AWS can let such a name lead anywhere, so
that a client of this machine asks `http://<api>.appsync-api.localhost:<port>/graphql`.
"""

import re
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import appsync

NAME = re.compile(
    r"^([a-z0-9]+)\.appsync-api\.(?:localhost|([a-z0-9-]+)\.amazonaws\.com)(?::\d+)?$"
)


def close() -> None:
    """Find the API by the name before stock does."""
    stock = appsync._api_from_graphql_host

    def api_of(headers: dict[str, Any], query: Any) -> str | None:
        place = _place(str(headers.get("host", "")).lower())
        if place and not appsync._has_sigv4_credentials(headers, query):
            account, region, api = place
            set_request_account_id(account)
            set_request_region(region)
            return api
        answer: str | None = stock(headers, query)
        return answer

    appsync._api_from_graphql_host = api_of


def is_of_a_graph(host: str) -> bool:
    """Tell whether a host name is that of a GraphQL API which is deployed, in whatever account."""
    return _place(host) is not None


def _place(host: str) -> tuple[str, str, str] | None:
    """Return the account, the region and the id of the API that a host name names."""
    named = NAME.match(host)
    for (account, region, api), _ in appsync._apis.all_items() if named else ():
        if named and api == named[1] and named[2] in (None, region):
            return account, region, api
    return None
