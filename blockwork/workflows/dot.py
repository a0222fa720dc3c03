"""A state machine as Graphviz's text: what follows on what, on which condition, after which error.

The colours can be read on a light page and on a dark one; the page itself shines through.
"""

from collections.abc import Iterator, Mapping
from typing import Any

LINE, PALE, INK = "#57606a", "#818b98", "#1f2328"
STEP, WAITS, FAILS, DONE = "#dbeafe", "#fef3c7", "#fee2e2", "#dcfce7"
LONGEST_LABEL = 44
SECONDS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
HEAD = f"""digraph {{
  graph [bgcolor=transparent, compound=true, nodesep=0.35, ranksep=0.45, pad=0.2,
    fontname="Helvetica", fontsize=13, fontcolor="{PALE}", color="{PALE}"]
  node [shape=box, style="rounded,filled", fillcolor="{STEP}", color="{LINE}", fontcolor="{INK}",
    fontname="Helvetica", fontsize=13, margin="0.15,0.08", penwidth=1]
  edge [color="{PALE}", fontcolor="{PALE}", fontname="Helvetica", fontsize=11, arrowsize=0.7]
"""
State = Mapping[str, Any]


def as_dot(definition: Mapping[str, Any]) -> str:
    """Return the picture of a definition; the same for the same definition."""
    lines = [HEAD.rstrip(), '  "start:" [shape=circle, label="", width=0.14, fillcolor="#818b98"]']
    lines += _states(definition, "", "  ")
    start = str(definition["StartAt"])
    lines.append(f'  "start:" -> {_into(definition, start, "")}')
    return "\n".join([*lines, "}", ""])


def _states(definition: Mapping[str, Any], within: str, indent: str) -> Iterator[str]:
    states = definition["States"]
    for name, state in states.items():
        key = f"{within}{name}"
        inner = _inner(state)
        if inner:
            yield f"{indent}subgraph {_quoted(f'cluster {key}')} {{"
            yield f'{indent}  label={_quoted(_title(name, state))}; style="rounded,dashed"'
            for number, each in enumerate(inner):
                yield from _states(each, f"{key}/{number}/", f"{indent}  ")
            yield f"{indent}}}"
        else:
            yield f"{indent}{_quoted(key)} [{_look(name, state)}]"
    for name, state in states.items():
        for target, label, kind in _follows(state):
            tail, options = _out_of(state, f"{within}{name}")
            if label:
                options.append(f"label={_quoted(f' {label} ')}")
            if kind:
                options.append(f"style={kind}")
            into = _into(definition, target, within)
            where, _, more = into.partition(" [")
            options += [more.rstrip("]")] if more else []
            said = f" [{', '.join(options)}]" if options else ""
            yield f"{indent}{tail} -> {where}{said}"


def _follows(state: State) -> Iterator[tuple[str, str, str]]:
    """Yield what follows on a state, when, and how the line is drawn."""
    for choice in state.get("Choices", ()):
        yield choice["Next"], _condition(choice), ""
    if "Default" in state:
        yield state["Default"], "otherwise", ""
    if "Next" in state:
        yield state["Next"], "", ""
    for catch in state.get("Catch", ()):
        errors = ", ".join(catch["ErrorEquals"]).replace("States.ALL", "any error")
        yield catch["Next"], _short(errors), "dashed"


def _condition(choice: Mapping[str, Any]) -> str:
    text = choice.get("Condition")
    if isinstance(text, str):
        plain = text.removeprefix("{%").removesuffix("%}").strip()
        return _short(plain.replace("$states.input.", ""))
    return _short(" ".join(f"{key} {value}" for key, value in choice.items() if key != "Next"))


def _look(name: str, state: State) -> str:
    says = _says(state)
    label = _quoted(f"{name}\n{says}" if says else name)
    match state["Type"]:
        case "Choice":
            return f'label={label}, shape=diamond, style=filled, margin="0.02,0.02"'
        case "Succeed":
            return f'label={label}, fillcolor="{DONE}"'
        case "Fail":
            return f'label={label}, fillcolor="{FAILS}"'
        case "Wait":
            return f'label={label}, fillcolor="{WAITS}"'
    waits = str(state.get("Resource", "")).endswith(".waitForTaskToken")
    ends = ", peripheries=2" if state.get("End") else ""
    colour = f', fillcolor="{WAITS}"' if waits else ""
    return f"label={label}{colour}{ends}"


def _says(state: State) -> str:
    """Say what a state does, beside its name."""
    match state["Type"]:
        case "Wait":
            if isinstance(seconds := state.get("Seconds"), int):
                return f"waits {_time(seconds)}"
            return "waits"
        case "Fail":
            return _short(str(state.get("Error", "")))
        case "Task":
            resource = str(state.get("Resource", ""))
            if resource.endswith(".waitForTaskToken"):
                limit = state.get("HeartbeatSeconds", state.get("TimeoutSeconds"))
                most = f", {_time(limit)} at most" if isinstance(limit, int) else ""
                return f"waits for its callback{most}"
            action = resource.partition(":::")[2].removeprefix("aws-sdk:").partition(".")[0]
            return "" if action in ("", "lambda:invoke") else action.replace(":", " ")
    return ""


def _title(name: str, state: State) -> str:
    if state["Type"] == "Parallel":
        return f"{name}: at the same time"
    most = state.get("MaxConcurrency")
    bound = f", {most} at once" if isinstance(most, int) and most else ""
    return f"{name}: for each{bound}"


def _inner(state: State) -> list[Mapping[str, Any]]:
    one = state.get("ItemProcessor") or state.get("Iterator")
    return [one] if one else [*state.get("Branches", ())]


def _into(definition: Mapping[str, Any], name: str, within: str) -> str:
    """Return where a line to a state ends: for one with states in it, at its border."""
    key, state, border = f"{within}{name}", definition["States"][name], ""
    while inner := _inner(state):
        border = border or f" [lhead={_quoted(f'cluster {key}')}]"
        start = inner[0]["StartAt"]
        key, state = f"{key}/0/{start}", inner[0]["States"][start]
    return f"{_quoted(key)}{border}"


def _out_of(state: State, key: str) -> tuple[str, list[str]]:
    """Return where a line from a state begins, and what is said of the line."""
    options = list[str]()
    while inner := _inner(state):
        options = options or [f"ltail={_quoted(f'cluster {key}')}"]
        last = [name for name, each in inner[0]["States"].items() if "Next" not in each]
        name = last[-1]
        key, state = f"{key}/0/{name}", inner[0]["States"][name]
    return _quoted(key), options


def _time(seconds: int) -> str:
    size, unit = next(pair for pair in SECONDS if seconds % pair[0] == 0)
    return f"{seconds // size} {unit}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
