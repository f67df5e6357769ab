"""Every service that is configured is asked as the product asks it; each trouble is told from the others."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
import yaml  # pre-commit's

from shiftbot.doctor import clock, mail, model, slack, telegram, twilio
from shiftbot.local.ports import free_port
from shiftbot.sim.mail import MailSim
from shiftbot.sim.openai import ModelSim
from shiftbot.sim.slack import SCOPES, SlackSim
from shiftbot.sim.telegram import TelegramSim
from shiftbot.sim.twilio import TwilioSim
from tests.doctor.conftest import found, settings
from tests.support.postgres import ROOT
from tests.support.waiting import eventually

PUBLIC = "https://bot.example.com"
HOOK = f"{PUBLIC}/webhooks/telegram"


def of_telegram(sim: TelegramSim, **other: Any) -> dict[str, str]:
    given = {"telegram_bot_token": sim.token, "telegram_api_base_url": sim.url, "public_base_url": PUBLIC}
    return found(telegram.examine(settings(**(given | other))))


def test_a_registered_bot_is_well() -> None:
    with TelegramSim() as sim:
        sim.set_webhook(HOOK, allowed_updates=sorted(telegram.WANTED))
        assert set(of_telegram(sim).values()) == {"ok"}
        assert set(of_telegram(sim, public_base_url="")) == {"token", "groups"}  # it listens instead
        assert of_telegram(sim, telegram_bot_token="") == {}


def test_what_is_wrong_with_a_bot_is_told_apart() -> None:
    with TelegramSim(reads_all=False) as sim:
        assert of_telegram(sim)["webhook"] == "problem"
        assert of_telegram(sim)["groups"] == "warning"
        sim.set_webhook("https://elsewhere.example.com/webhooks/telegram")
        assert of_telegram(sim)["webhook"] == "problem"
        assert of_telegram(sim)["updates"] == "warning"  # reactions come only where they are asked for
        assert (
            of_telegram(sim, telegram_bot_token="7100000000:AAE-another-token-of-somebody-else")["token"]
            == "problem"
        )
        assert of_telegram(sim, telegram_api_base_url=f"http://127.0.0.1:{free_port()}") == {
            "token": "problem"
        }


def test_deliveries_that_fail_are_seen() -> None:
    with TelegramSim() as sim:
        sim.create_chat("supergroup", "Group", chat_id=-1001)
        sim.set_webhook(f"http://127.0.0.1:{free_port()}/webhooks/telegram")
        sim.say(-1001, 7, "It is down")
        assert eventually(lambda: of_telegram(sim)["deliveries"] == "warning")


def of_slack(sim: SlackSim, **other: Any) -> dict[str, str]:
    given = {"slack_bot_token": sim.token, "slack_api_base_url": f"{sim.url}/api/"}
    return found(slack.examine(settings(**(given | other))))


def test_an_installed_app_is_well() -> None:
    with SlackSim() as sim:
        assert of_slack(sim) == {"token": "ok", "scopes": "ok"}
        assert of_slack(sim, slack_bot_token="xoxb-of-somebody-else") == {"token": "problem"}
        assert of_slack(sim, slack_api_base_url=f"http://127.0.0.1:{free_port()}/api/") == {
            "token": "problem"
        }


@pytest.mark.parametrize("scope", slack.WANTED)
def test_every_scope_is_missed(scope: str) -> None:
    granted = ",".join(each for each in SCOPES.split(",") if each != scope)

    finding = slack._scopes(granted)

    assert finding.status == "problem"
    assert scope in finding.says


def test_the_scopes_are_those_of_the_manifest() -> None:
    (file,) = [
        *ROOT.glob("docs/slack-app-manifest.yaml"),
        *ROOT.glob("shiftbot/platforms/slack/app-manifest.yaml"),
    ][-1:]
    manifest = yaml.safe_load(file.read_text())

    assert list(slack.WANTED) == sorted(manifest["oauth_config"]["scopes"]["bot"])


def test_scopes_are_read_from_the_answer() -> None:
    with SlackSim(scopes="chat:write") as sim:
        assert of_slack(sim)["scopes"] == "problem"


def of_twilio(sim: TwilioSim, **other: Any) -> dict[str, str]:
    given = {
        "twilio_account_sid": sim.account_sid,
        "twilio_auth_token": sim.auth_token,
        "twilio_from_number": sim.number,
        "twilio_api_base_url": sim.url,
        "public_base_url": PUBLIC,
    }
    return found(twilio.examine(settings(**(given | other))))


def test_an_account_and_its_number_are_well() -> None:
    with TwilioSim(webhook_url=PUBLIC) as sim:
        assert of_twilio(sim) == {"account": "ok", "number": "ok", "texts": "ok"}


def test_what_is_wrong_with_an_account_is_told_apart() -> None:
    with TwilioSim(webhook_url="https://elsewhere.example.com") as sim:
        assert of_twilio(sim)["texts"] == "warning"
        assert of_twilio(sim, twilio_from_number="+15550199999") == {"account": "ok", "number": "problem"}
        assert of_twilio(sim, twilio_auth_token="of-somebody-else") == {"account": "problem"}
        sim.api.capabilities = {"voice": False}
        assert of_twilio(sim)["number"] == "problem"
        sim.api.account_status = "suspended"
        assert of_twilio(sim) == {"account": "problem"}
        assert of_twilio(sim, twilio_api_base_url=f"http://127.0.0.1:{free_port()}") == {"account": "problem"}


def test_the_model_is_asked() -> None:
    with ModelSim() as sim:
        given = {"enable_llm": True, "openai_api_key": sim.api_key, "openai_base_url": f"{sim.url}/v1"}
        assert found(model.examine(settings(**given))) == {"answer": "ok"}
        assert found(model.examine(settings(**given | {"openai_api_key": "sk-of-somebody-else"}))) == {
            "answer": "problem"
        }
        assert found(model.examine(settings(**given | {"enable_llm": False}))) == {}
        sim.fault("server_error", count=1)
        assert found(model.examine(settings(**given))) == {"answer": "problem"}
        nowhere = {"openai_base_url": f"{sim.url}/elsewhere"}
        assert found(model.examine(settings(**given | nowhere))) == {"answer": "problem"}


def test_the_mail_server_is_greeted_and_sent_nothing() -> None:
    with MailSim() as sim:
        assert found(mail.examine(settings(smtp_url=sim.smtp_url))) == {"server": "ok"}
        assert sim.mailbox() == []
        with_tls = f"{sim.smtp_url}?starttls=required"
        assert found(mail.examine(settings(smtp_url=with_tls))) == {"server": "problem"}
        nobody = f"smtp://127.0.0.1:{free_port()}"
        assert found(mail.examine(settings(smtp_url=nobody))) == {"server": "problem"}
    assert found(mail.examine(settings(smtp_url="http://mail.example.com"))) == {"server": "problem"}


def test_the_world_tells_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with TelegramSim() as sim:
        given = settings(telegram_bot_token=sim.token, telegram_api_base_url=sim.url)
        assert list(found(clock.of_world(given)).values()) == ["ok"]
        monkeypatch.setattr(clock, "time", SimpleNamespace(time=lambda: time.time() + 20))
        assert list(found(clock.of_world(given)).values()) == ["warning"]
        monkeypatch.setattr(clock, "time", SimpleNamespace(time=lambda: time.time() - 400))
        assert list(found(clock.of_world(given)).values()) == ["problem"]
        nobody = settings(
            telegram_bot_token=sim.token, telegram_api_base_url=f"http://127.0.0.1:{free_port()}"
        )
        assert found(clock.of_world(nobody)) == {}
