"""What the CDK says of a construct and never changes: asked for once, as each answer takes time.

Every question is a message to Node.js and back; an app of some hundred resources asks thousands.
"""

from weakref import WeakKeyDictionary

from aws_cdk import IResource, Stack, Token
from constructs import Construct, IConstruct, Node

_nodes: WeakKeyDictionary[IConstruct, Node] = WeakKeyDictionary()
_paths: WeakKeyDictionary[IConstruct, str] = WeakKeyDictionary()
_stacks: WeakKeyDictionary[IConstruct, Stack] = WeakKeyDictionary()
_homes: WeakKeyDictionary[IConstruct, tuple[str, str]] = WeakKeyDictionary()
BEGINS_TOKEN = "${Token["


def made_in(scope: Construct, id_: str, construct: IConstruct) -> None:
    """Remember where a construct has just been made, which is no stack: then nobody has to ask."""
    above, name = path_of(scope), id_.replace("/", "--")  # as the CDK writes it
    _paths[construct] = f"{above}/{name}" if above else name
    if isinstance(scope, Stack) or scope in _stacks:
        _stacks[construct] = stack_of(scope)


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
    if isinstance(construct, Stack):
        return construct
    if construct not in _stacks:
        _stacks[construct] = Stack.of(construct)
    return _stacks[construct]


def home_of(resource: IResource | Stack) -> tuple[str, str]:
    """Return the account and the region that a stack or a resource is in."""
    if resource not in _homes:
        place = resource if isinstance(resource, Stack) else resource.env
        _homes[resource] = place.account, place.region
    return _homes[resource]


def is_unresolved(text: str) -> bool:
    """Tell whether a text, or a part of it, is known only later; most tell by themselves."""
    return BEGINS_TOKEN in text and Token.is_unresolved(text)
