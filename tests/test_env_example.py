from __future__ import annotations

import re

from shiftbot.settings import Settings
from tests.support.env_example import render
from tests.support.postgres import ROOT

EXAMPLE = (ROOT / ".env.example").read_text()


def test_it_is_what_settings_say() -> None:
    assert render() == EXAMPLE, "run: python -m tests.support.env_example > .env.example"


def test_it_names_every_setting_and_nothing_else() -> None:
    named = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_only_what_is_required_waits_to_be_filled() -> None:
    open_lines = re.findall(r"^([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)

    assert open_lines == [name.upper() for name, f in Settings.model_fields.items() if f.is_required()]


def test_no_secret_has_a_value() -> None:
    assert not re.search(r"(TOKEN|SECRET|KEY|PASSWORD|DATABASE_URL)=\S", EXAMPLE)
