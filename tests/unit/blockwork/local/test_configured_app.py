from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blockwork.command.settings import Local, Settings, SettingsError
from blockwork.local.account import Account
from blockwork.local.app import App
from blockwork.local.configured_app import ConfiguredApp, find_app
from blockwork.local.fingerprint import fingerprint


def an_app(folder: Path, **local: Any) -> ConfiguredApp:
    for name in ("app.py", "src/handler.py", ".local/state", "cdk.out/manifest.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("1")
    (folder / "env").mkdir(exist_ok=True)
    (folder / "env" / "pyvenv.cfg").write_text("")
    return ConfiguredApp(Local(**local), folder)


def test_what_is_deployed_is_decided_by_its_folder_and_what_is_installed(tmp_path: Path) -> None:
    inputs = an_app(tmp_path).inputs

    assert [each.name for each in inputs if each.parent == tmp_path] == ["app.py", "src"]
    assert [each for each in inputs if each.parent.name.startswith("aws_cdk_lib-")]


@pytest.mark.parametrize(("file", "counts"), [("src/handler.py", True), ("env/x.py", False)])
def test_only_a_change_of_either_deploys_again(tmp_path: Path, file: str, counts: bool) -> None:
    app = an_app(tmp_path)
    before = fingerprint(app.inputs)

    (tmp_path / file).write_text("2")

    assert (fingerprint(app.inputs) != before) is counts


def test_the_context_may_name_the_port(tmp_path: Path) -> None:
    app = an_app(tmp_path, context={"stage": "local", "api": "http://localhost:{port}"})

    assert app.context(4600) == {"stage": "local", "api": "http://localhost:4600"}


class Deployed(Account):
    """An account with stacks: name, region and outputs of each."""

    def __init__(self, *stacks: tuple[str, str, dict[str, str]]) -> None:
        super().__init__(4566)
        self._stacks = stacks

    def stacks(self) -> Iterator[dict[str, Any]]:
        for name, region, outputs in self._stacks:
            yield {
                "StackName": name,
                "StackId": f"arn:aws:cloudformation:{region}:111111111111:stack/{name}/1",
                "StackStatus": "CREATE_COMPLETE",
                "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()],
            }


def test_what_the_stacks_tell_is_kept_and_told(tmp_path: Path) -> None:
    shop = {"Url": "http://shop", "TableName": "shop-1"}
    account = Deployed(("Shop", "eu-west-2", shop), ("CDKToolkit", "eu-west-2", {"Bucket": "b"}))
    kept: list[dict[str, Any]] = []

    app = an_app(tmp_path)
    content = app.seed(account, {}, kept.append, lambda _line: None)

    assert kept == [content]
    assert content["stacks"] == {"Shop": {"Url": "http://shop", "TableName": "shop-1"}}
    assert app.summary(content) == [
        "  Shop",
        "    Url        http://shop",
        "    TableName  shop-1",
        "",
        "  AWS API  http://localhost:4566",
        "  Outside  http://localhost:4568/mails  (every mail that was sent)",
    ]


def test_stacks_of_one_name_in_several_places_are_told_apart(tmp_path: Path) -> None:
    places = ("eu-west-2", "us-east-1")
    account = Deployed(*(("Shop", each, {"In": each}) for each in places))

    content = an_app(tmp_path).seed(account, {}, lambda _content: None, lambda _line: None)

    assert content["stacks"] == {f"Shop@{each}/111111111111": {"In": each} for each in places}


def test_an_app_may_say_more_in_a_class_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "src").mkdir()
    (tmp_path / "blockwork.toml").write_text('local.context.stage = "local"')
    (tmp_path / "src" / "museum_here.py").write_text(
        "from pathlib import Path\n\n"
        "from blockwork.local.configured_app import ConfiguredApp\n\n\n"
        "class Museum(ConfiguredApp):\n"
        f"    def __init__(self):\n        super().__init__(folder=Path({str(tmp_path)!r}))\n"
    )
    settings = Settings(local=Local(app="museum_here:Museum"), path=("src",))

    found: App = find_app(settings, tmp_path)

    assert type(found).__name__ == "Museum"
    assert found.context(4566) == {"stage": "local"}  # the other keys count as well
    with pytest.raises(SettingsError, match=r"local.app must name .* got 'museum_here:Nobody'"):
        find_app(Settings(local=Local(app="museum_here:Nobody")), tmp_path)
