"""Resources are made as soon as those that they name are there.

AWS begins with all resources that depend on none, at once, and goes on with others as these are
done (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html).
So what an app forgot to depend on, such as a thing that a certificate is attached to, is there on
AWS by the time the certificate is. Stock makes one resource at a time and takes the first by name
of those that could be made, however much had to be made for it. Closed by an order by depth: first
all that depend on nothing, then all that depend on these.
"""

from typing import Any

from ministack.services.cloudformation import changesets, engine, stacks

Definitions = dict[str, Any]


def close() -> None:
    """Put the depth before the name."""
    stock = engine._topological_sort

    def sort(resources: Definitions, conditions: dict[str, bool]) -> list[str]:
        order: list[str] = stock(resources, conditions)
        made, depths = set(order), dict[str, int]()
        for name in order:
            needed = engine._extract_deps(resources[name], made) - {name}
            depths[name] = 1 + max((depths[each] for each in needed if each in depths), default=0)
        return sorted(order, key=depths.__getitem__)

    for module in (changesets, engine, stacks):
        module._topological_sort = sort
