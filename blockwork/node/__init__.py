"""The runtime kit of functions in Node.js, which `NodeService` bundles: `#blockwork/…`.

`service.ts` makes a handler of routes, consumers and changes of a table; `http.ts`, `bodies.ts`,
`problems.ts` answer requests, `envelope.ts` and `publishing.ts` tell others by the bus,
`changes.ts` follows a table's stream, `log.ts` writes JSON logs. What they promise is what
:mod:`blockwork.runtime` does.

Who runs or checks sources unbundled says where the kit lies: in the `imports` of a package.json
(`"#blockwork/*"`) where that is in the app's own folder, else by `node --import` of the file that
:func:`register` names, and `paths` of a tsconfig.json.
"""

from pathlib import Path


def register() -> Path:
    """Return the module that lets Node.js find the kit: `node --import FILE --test`."""
    return Path(__file__).with_name("register.mjs")
