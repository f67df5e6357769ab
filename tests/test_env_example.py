from __future__ import annotations

import re

from tests.support.env_example import PROGRAMS, render
from tests.support.postgres import ROOT

EXAMPLE = (ROOT / ".env.example").read_text()
FIELDS = [(name.upper(), field) for program in PROGRAMS for name, field in program.model_fields.items()]


def test_it_is_what_settings_say() -> None:
    assert render() == EXAMPLE, "run: python -m tests.support.env_example > .env.example"


def test_it_names_every_setting_and_nothing_else() -> None:
    named = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)

    assert sorted(named) == sorted(name for name, _ in FIELDS)


def test_only_what_is_required_waits_to_be_filled() -> None:
    open_lines = re.findall(r"^([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)

    assert open_lines == [name for name, field in FIELDS if field.is_required()]


def test_no_secret_has_a_value() -> None:
    assert not re.search(r"(TOKEN|SECRET|KEY|PASSWORD|DATABASE_URL)=\S", EXAMPLE)
