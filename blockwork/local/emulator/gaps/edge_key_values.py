"""A CloudFront function reads the key value store that it is associated with.

On AWS `import cf from 'cloudfront'` and `cf.kvs()` give a function its store
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html).
Stock has stores, and refuses the import. Closed where a function's code is looked up to be run: in
the import's place it gets what the store holds at that moment.
"""

import json
import re
from typing import Any

from ministack.services import cloudfront, cloudfront_keyvaluestore

IMPORT = re.compile(r"^\s*import\s+(\w+)\s+from\s+['\"]cloudfront['\"]\s*;?\s*$", re.MULTILINE)
MODULE = """
const %s = (() => {
  const held = new Map(Object.entries(%s));
  const get = async (key, options) => {
    if (!held.has(key)) throw new Error('KeyNotFound');
    return options && options.format === 'json' ? JSON.parse(held.get(key)) : held.get(key);
  };
  const store = { get, exists: async (key) => held.has(key), count: async () => held.size };
  return { kvs: () => store };
})();
"""


def close() -> None:
    """Give the code what it imports."""
    stock = cloudfront.live_function_code

    def code(function_arn: str) -> bytes | None:
        found: bytes | None = stock(function_arn)
        if found is None:
            return None
        held = json.dumps(_held_by(cloudfront._functions[function_arn.rsplit("/", 1)[-1]]))
        return IMPORT.sub(lambda name: MODULE % (name[1], held), found.decode()).encode()

    cloudfront.live_function_code = code


def _held_by(function: dict[str, Any]) -> dict[str, str]:
    held: dict[str, str] = {}
    for arn in cloudfront._function_view(function, "LIVE").get("kvs_arns", []):
        held |= (cloudfront_keyvaluestore._stores.get(arn) or {"items": {}})["items"]
    return held
