"""Rules over all templates: an id, a reason, and a way to live with a finding."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from blockwork.testing.settings import TABLE, OptOut, SettingsError
from blockwork.testing.synthesis import SynthesisedApp


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something in a template that a rule forbids.

    :param at: the stack, or the resource as `Stack/LogicalId (AWS::Its::Type)`.
    :param says: what is wrong, and the way out.
    """

    at: str
    says: str


Check = Callable[[SynthesisedApp], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What must hold for every template, whoever adds the next one.

    :param id: what opt-outs call it.
    :param what: what holds, in a sentence.
    :param why: what happens otherwise, and who says so.
    :param check: finds what breaks it.
    """

    id: str
    what: str
    why: str
    check: Check


def rule(*, why: str) -> Callable[[Check], Rule]:
    """Make a rule of a function that finds what breaks it: its name is the id, its docstring what.

    :param why: what happens otherwise, and who says so.
    """

    def make(check: Check) -> Rule:
        name = check.__name__.replace("_", "-")
        return Rule(id=name, what=(check.__doc__ or "").strip(), why=why, check=check)

    return make


class Judged:
    """A rule, held against one app.

    :param rule: what must hold.
    :param app: all that was synthesised.
    """

    def __init__(self, rule: Rule, app: SynthesisedApp) -> None:
        self.rule = rule
        self.app = app

    def findings(self) -> list[Finding]:
        """Return what breaks the rule, opted out of or not."""
        return list(self.rule.check(self.app))

    def check(self) -> None:
        """Fail with every finding, and with every opt-out that covers none.

        :raises AssertionError: says each finding's place, why the rule exists, and how to live with
            the finding.
        """
        __tracebackhide__ = True
        problems = list(self._problems())
        if problems:
            raise AssertionError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        opt_outs = [one for one in self.app.settings.opt_outs if one.rule == self.rule.id]
        findings = self.findings()
        left = [one for one in findings if not any(out.covers(one.at) for out in opt_outs)]
        if left:
            yield f"{self.rule.what} Why: {self.rule.why}."
            yield from (f"- {finding.at}: {finding.says}" for finding in left)
            yield _how_to_live_with(self.rule, left[0])
        for out in opt_outs:
            if not any(out.covers(finding.at) for finding in findings):
                yield (
                    f"the opt-out of {self.rule.id!r} at {out.at!r} covers nothing (any more): "
                    f"delete it from pyproject.toml, [[{TABLE}.opt_outs]]"
                )


def _how_to_live_with(rule: Rule, finding: Finding) -> str:
    return (
        "Mend it, or say in pyproject.toml why it is right here:\n"
        f"  [[{TABLE}.opt_outs]]\n"
        f'  rule = "{rule.id}"\n'
        f'  at = "{finding.at}"\n'
        '  why = "…"'
    )


def refuse_unknown_rules(opt_outs: Sequence[OptOut], rules: Iterable[Rule]) -> None:
    """Refuse opt-outs of rules that are not there.

    :raises SettingsError: names what is allowed.
    """
    known = sorted(each.id for each in rules)
    for out in opt_outs:
        if out.rule not in known:
            raise SettingsError(
                f"[[{TABLE}.opt_outs]]: rule must be one of {', '.join(known)}, got {out.rule!r}"
            )
