from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from blockwork.command.settings import Local, Settings, SettingsError
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


def test_what_the_stacks_tell_is_kept_and_told(tmp_path: Path) -> None:
    stacks = [
        {
            "StackName": "Shop",
            "Outputs": [
                {"OutputKey": "Url", "OutputValue": "http://shop"},
                {"OutputKey": "TableName", "OutputValue": "shop-1"},
            ],
        },
        {"StackName": "CDKToolkit", "Outputs": [{"OutputKey": "Bucket", "OutputValue": "b"}]},
    ]
    account: Any = SimpleNamespace(
        port=4566,
        url="http://localhost:4566",
        site_url="http://localhost:4567",
        region="eu-west-2",
        stacks=lambda: stacks,
    )
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
