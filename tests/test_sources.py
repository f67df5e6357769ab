from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from shiftbot.sources import SourcesError, Watch, load
from tests.support.postgres import ROOT

GROUP = {"platform": "telegram", "external_id": "-100123", "name": "Beta users"}


def written(path: Path, *entries: object) -> Path:
    file = path / "sources.json"
    file.write_text(json.dumps(entries), encoding="utf-8")
    return file


def refusal(path: Path) -> str:
    with pytest.raises(SourcesError) as refused:
        load(path)
    return str(refused.value)


def test_the_projects_own_file_is_right() -> None:
    sources = load(ROOT / "sources.json")

    assert {source.platform for source in sources} == {"telegram", "slack", "api"}
    assert [source.name for source in sources if not source.is_active] == ["Alpha testers 2024"]


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    (source,) = load(written(tmp_path, GROUP))

    assert source.is_active
    assert source.settings.model_dump(exclude_none=True) == {}


def test_a_numeric_chat_id_is_taken_as_text(tmp_path: Path) -> None:
    (source,) = load(written(tmp_path, {**GROUP, "external_id": -100123}))

    assert source.external_id == "-100123"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"settings": {"reply_mode": "loud"}}, "settings.reply_mode must be auto, draft or off"),
        ({"settings": {"intake": "some"}}, "settings.intake must be all or mentions"),
        ({"settings": {"after_close": 1}}, "settings.after_close must be new_ticket or reopen"),
        ({"settings": {"replymode": "auto"}}, "settings.replymode is not a known key"),
        ({"settings": []}, "settings must be an object"),
        (
            {"settings": {"merge_window_seconds": -1}},
            "settings.merge_window_seconds: input should be greater than or equal to 0",
        ),
        (
            {"settings": {"merge_window_seconds": "30"}},
            "settings.merge_window_seconds: input should be a valid integer",
        ),
        (
            {"settings": {"escalation_threshold": 1.5}},
            "settings.escalation_threshold: input should be less than or equal to 1",
        ),
        ({"is_active": "yes"}, "is_active: input should be a valid boolean"),
        ({"colour": "red"}, "colour is not a known key"),
    ],
)
def test_a_faulty_entry_is_named_with_its_key(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    other = {**GROUP, "external_id": "-100999"}

    said = refusal(written(tmp_path, other, {**GROUP, **change}))

    assert said == f"entry 2 (telegram -100123 'Beta users'): {complaint}"


@pytest.mark.parametrize(
    ("platform", "external_id", "complaint"),
    [
        ("telegram", "@beta_users", "external_id must be a chat id such as -1001234567890, or private"),
        ("slack", "#bugs", "external_id must be a channel id such as C0123ABCD (not its name), or private"),
    ],
)
def test_names_are_no_ids(tmp_path: Path, platform: str, external_id: str, complaint: str) -> None:
    file = written(tmp_path, {"platform": platform, "external_id": external_id, "name": "x"})

    assert refusal(file) == f"entry 1 ({platform} {external_id} 'x'): {complaint}"


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, {"platform": "irc"}, "nonsense", {**GROUP, "name": " "})

    assert refusal(file).splitlines() == [
        "entry 1 (irc): platform must be telegram, slack or api",
        "entry 1 (irc): external_id is missing",
        "entry 1 (irc): name is missing",
        "entry 2: it must be an object",
        "entry 3 (telegram -100123 ' '): name must not be empty",
    ]


def test_duplicates_are_refused_however_the_id_is_written(tmp_path: Path) -> None:
    file = written(tmp_path, GROUP, {**GROUP, "external_id": -100123, "name": "Again"})

    assert refusal(file) == "entry 2 (telegram -100123 'Again'): it is listed already as entry 1"


def test_the_same_id_on_two_platforms_is_no_duplicate(tmp_path: Path) -> None:
    private = {"external_id": "private", "name": "Private"}

    assert (
        len(load(written(tmp_path, private | {"platform": "telegram"}, private | {"platform": "slack"}))) == 2
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[\n  {,}\n]", ":2:4: Expecting property name enclosed in double quotes"),
        ("{}", ": a list of sources was expected, [ … ]"),
        ("", ":1:1: Expecting value"),
        ("[" * 100_000, " is nested too deeply or holds a number that is too long"),
        ("[" + "9" * 5000 + "]", " is nested too deeply or holds a number that is too long"),
    ],
    ids=["no_key", "no_list", "empty", "deep", "long"],
)
def test_what_is_no_list_is_placed(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "sources.json"
    file.write_text(text)

    assert refusal(file) == f"{file}{complaint}"


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    file.write_text('[{"platform": "slack", "name": "a", "name": "b"}]')

    assert refusal(file).startswith("the key name stands twice in one object")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.json") == f"{tmp_path / 'gone.json'} does not exist"


def test_watch_sees_a_change_of_content_once(tmp_path: Path) -> None:
    file = written(tmp_path, GROUP)
    watch = Watch(file)
    assert not watch.changed()
    written(tmp_path, GROUP, {**GROUP, "external_id": "-100124"})

    assert watch.changed()
    assert not watch.changed()


def test_watch_ignores_a_touch_and_a_file_that_is_away(tmp_path: Path) -> None:
    file = written(tmp_path, GROUP)
    watch = Watch(file)
    os.utime(file, (1, 1))
    assert not watch.changed()
    file.unlink()

    assert not watch.changed()


def test_watch_sees_a_file_replaced_by_an_editor(tmp_path: Path) -> None:
    file = written(tmp_path, GROUP)
    watch = Watch(file)
    stamp = file.stat()
    (tmp_path / "new").write_text(json.dumps([{**GROUP, "name": "Gamma team"[: len("Beta users")]}]))
    os.utime(tmp_path / "new", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    (tmp_path / "new").replace(file)

    assert watch.changed()
