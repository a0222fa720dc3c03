"""What the CDK says of a construct and never changes: asked for once, as each answer takes time.

Every question is a message to Node.js and back; an app of some hundred resources asks thousands.
"""

from weakref import WeakKeyDictionary

from aws_cdk import Stack
from constructs import IConstruct, Node

_nodes: WeakKeyDictionary[IConstruct, Node] = WeakKeyDictionary()
_paths: WeakKeyDictionary[IConstruct, str] = WeakKeyDictionary()
_stacks: WeakKeyDictionary[IConstruct, Stack] = WeakKeyDictionary()


def node_of(construct: IConstruct) -> Node:
    """Return a construct's node."""
    if construct not in _nodes:
        _nodes[construct] = construct.node
    return _nodes[construct]


def path_of(construct: IConstruct) -> str:
    """Return a construct's path, such as `Shop/Orders`."""
    if construct not in _paths:
        _paths[construct] = node_of(construct).path
    return _paths[construct]


def stack_of(construct: IConstruct) -> Stack:
    """Return the stack that a construct is in.

    :raises RuntimeError: if it is in none.
    """
    if construct not in _stacks:
        _stacks[construct] = Stack.of(construct)
    return _stacks[construct]
