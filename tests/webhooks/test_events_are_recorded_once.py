"""Law 5 at the door: what a platform sends twice, or fifty times at once, is recorded once and always answered 200."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.web import Web, counted, envelope, update

TS = "1760000001.000100"


def test_telegram_update_sent_again_is_answered_200(served: Web) -> None:
    before = counted()

    answers = [served.telegram(update(1)).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert served.journal() == [(1, "message")]
    assert counted() - before == {"telegram created": 1, "telegram duplicate": 2}


def test_fifty_deliveries_at_once_are_one_action(served: Web) -> None:
    served.telegram(update(1))  # so that the threads do not all ask who the bot is
    served.slack(envelope("1760000000.000100"))

    def deliver(number: int) -> int:
        client = served.http.application.test_client()
        web = Web(**(vars(served) | {"http": client}))
        answer = web.telegram(update(2)) if number % 2 else web.slack(envelope(TS))
        return int(answer.status_code)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(deliver, range(100)))

    assert set(answers) == {200}
    assert served.rows("select count(*) from public.ticket_actions") == [(4,)]
    assert served.rows("select count(*) from public.tickets") == [(4,)]


def test_slack_retry_is_recorded_once(served: Web) -> None:
    served.slack(envelope(TS))

    answers = [
        served.slack(envelope(TS), X_Slack_Retry_Num=str(n), X_Slack_Retry_Reason="http_timeout").status_code
        for n in (1, 2, 3)
    ]

    assert answers == [200, 200, 200]
    assert served.journal() == [(1, "message")]


def test_a_retry_of_what_never_arrived_is_recorded(served: Web) -> None:
    served.slack(envelope(TS), X_Slack_Retry_Num="1", X_Slack_Retry_Reason="connection_failed")

    assert served.journal() == [(1, "message")]


def test_a_mention_and_its_message_are_one_action(served: Web) -> None:
    text = "<@U0SHIFTBOT> the export fails"
    for kind in ("app_mention", "message"):
        served.slack(envelope(TS, type=kind, text=text) | {"event_id": f"Ev-{kind}"})

    assert served.journal() == [(1, "message")]


def test_a_press_sent_again_is_recorded_once(served: Web) -> None:
    served.telegram(update(1))
    query = {
        "id": "22000000001",
        "from": {"id": 512340001, "is_bot": False, "first_name": "Marta"},
        "chat_instance": "1",
        "data": "human_requested:1",
        "message": update(2)["message"] | {"from": {"id": 7412345678, "is_bot": True, "first_name": "Bot"}},
    }
    for _ in range(3):
        assert served.telegram({"update_id": 5, "callback_query": query}).status_code == 200

    assert served.journal() == [(1, "message"), (1, "human_requested")]


def test_what_the_bot_wrote_itself_is_ignored(served: Web) -> None:
    before = counted()

    served.slack(envelope(TS, user="U0SHIFTBOT", bot_id="B0SHIFTBOT"))
    served.telegram(update(1, **{"from": {"id": 7412345678, "is_bot": True, "first_name": "Shift-Bot"}}))

    assert served.journal() == []
    assert counted() - before == {"slack dropped own_message": 1, "telegram dropped own_message": 1}
