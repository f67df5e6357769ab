"""The demo's play: a dozen conversations, as customers have them, told one function each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from shiftbot.local.people import Json, PeopleError, Slack, Telegram

GROUP = -1001000000001
FORUM = -1001000000002
CHANNEL = -1001000000003
DISCUSSION = -1001000000004
BUGS = "C0BUGS00001"
HELP_DESK = "C0HELP00002"
_ANSWER_SECONDS = 30.0


class NoAnswer(Exception):
    """The bot did not say what the story waits for."""


@dataclass
class Stage:
    """Where the conversations take place; `pause` is the seconds a person takes to type."""

    telegram: Telegram
    slack: Slack
    pause: float = 1.0
    # New people in every run: what those of an earlier one said may still be open, or just a moment ago.
    first_user: int = field(default_factory=lambda: int(time.time()) % 10**9 * 100)

    def enter(self, number: int, name: str, private: bool = False) -> int:
        """A person on Telegram."""
        user = self.first_user + number
        if private:
            self.telegram.enter(user, name)
        else:
            self.telegram.do("add_user", user=user, first_name=name)
        return user

    def colleague(self, user: str, name: str) -> str:
        """A person on Slack."""
        user += str(self.first_user)
        self.slack.do("add_user", user=user, name=name)
        return user

    def hears(self, chat: int, said: Json, topic: int = 0) -> Json:
        """The bot's next answer in a Telegram chat to a person's message. Raises NoAnswer."""
        deadline = time.monotonic() + _ANSWER_SECONDS
        after = int(said["message_id"])
        while (left := deadline - time.monotonic()) > 0:
            for answer in self.telegram.answers(chat, after, left, topic):
                if chat > 0 or topic or answer["reply_to"] == said["message_id"]:
                    return answer
                after = int(answer["message_id"])  # an answer to somebody else
        raise NoAnswer(f"nobody answered in Telegram chat {chat}")

    def hears_in_thread(self, channel: str, thread: str, after: str) -> Json:
        """The bot's next answer in a Slack thread. Raises NoAnswer."""
        answers = self.slack.answers(channel, thread, after, _ANSWER_SECONDS)
        if not answers:
            raise NoAnswer(f"nobody answered in Slack channel {channel}")
        return answers[0]

    def think(self) -> None:
        """Lets time pass, as people do before they write."""
        time.sleep(self.pause)


def export_is_broken(stage: Stage) -> None:
    """A Slack thread: answered, asked again, answered again, and it helped."""
    priya = stage.colleague("U0PRIYA", "Priya Nair")
    root = stage.slack.do(
        "say", channel=BUGS, user=priya, text="The CSV export fails with a timeout since this morning"
    )
    stage.hears_in_thread(BUGS, root["ts"], root["ts"])
    stage.think()
    more = stage.slack.do(
        "say",
        channel=BUGS,
        user=priya,
        thread=root["ts"],
        text="I signed in again, it is still stuck at 80 %",
    )
    answer = stage.hears_in_thread(BUGS, root["ts"], more["ts"])
    stage.think()
    stage.slack.do("press", channel=BUGS, ts=answer["ts"], button="This helped", user=priya)
    stage.hears_in_thread(BUGS, root["ts"], answer["ts"])


def checkout_is_down(stage: Stage) -> None:
    """An outage in Slack escalates at once; what colleagues add is only summarised."""
    tom, yuki = stage.colleague("U0TOM", "Tom Becker"), stage.colleague("U0YUKI", "Yuki Sato")
    root = stage.slack.do(
        "say",
        channel=BUGS,
        user=tom,
        text="Checkout is down! All customers get error 503 since 10:40, nobody can pay",
    )
    stage.hears_in_thread(BUGS, root["ts"], root["ts"])
    stage.think()
    stage.slack.do(
        "say", channel=BUGS, user=yuki, thread=root["ts"], text="Same for all our customers in Japan"
    )


def draft_for_the_help_desk(stage: Stage) -> None:
    """A channel in which the bot only drafts: the ticket stays open for an engineer."""
    lena = stage.colleague("U0LENA", "Lena Fischer")
    stage.slack.do(
        "mention", channel=HELP_DESK, user=lena, text="how do I add a second admin to our workspace?"
    )


def settings_crash(stage: Stage) -> None:
    """A chain of replies in a Telegram group is one ticket, whoever writes."""
    ana, ben = stage.enter(1, "Ana"), stage.enter(2, "Ben")
    said = stage.telegram.do(
        "say", chat=GROUP, user=ana, text="The app crashes when I open the settings page"
    )
    stage.hears(GROUP, said)
    stage.think()
    same = stage.telegram.do(
        "say", chat=GROUP, user=ben, text="Same crash on my Pixel 8, Android 15", reply_to=said["message_id"]
    )
    stage.hears(GROUP, same)


def invoice_topic(stage: Stage) -> None:
    """A forum topic is a thread; a thumbs up on the answer closes the ticket."""
    chloe = stage.enter(3, "Chloé")
    topic = stage.telegram.do("create_topic", chat=FORUM, user=chloe, name="Invoices")
    said = stage.telegram.do(
        "say", chat=FORUM, user=chloe, topic=topic, text="The PDF of invoice 4711 shows the wrong address"
    )
    answer = stage.hears(FORUM, said, topic)
    stage.think()
    stage.telegram.do("react", chat=FORUM, user=chloe, message_id=answer["message_id"], emoji="👍")
    stage.hears(FORUM, answer, topic)


def broken_layout(stage: Stage) -> None:
    """An album of three photos is one message."""
    dmitri = stage.enter(4, "Dmitri")
    photos = stage.telegram.do(
        "album",
        chat=GROUP,
        user=dmitri,
        count=3,
        caption="The pricing page looks broken on my phone, see photos",
    )
    stage.hears(GROUP, photos[-1])


def edited_report(stage: Stage) -> None:
    """An edit is journaled beside the first version."""
    elif_ = stage.enter(5, "Elif", private=True)
    said = stage.telegram.do("say", chat=elif_, user=elif_, text="I can not log in with my phone numbr")
    stage.hears(elif_, said)
    stage.think()
    stage.telegram.do(
        "edit", chat=elif_, message_id=said["message_id"],
        text="I can not log in with my phone number, it says “code expired”",
    )  # fmt: skip


def release_news(stage: Stage) -> None:
    """A channel post is no report; a comment under it that calls the bot is one."""
    farid = stage.enter(6, "Farid")
    posted = stage.telegram.do("channel_post", channel=CHANNEL, text="Version 4.2 is out: a faster search!")
    stage.think()
    said = stage.telegram.do(
        "say", chat=DISCUSSION, user=farid, reply_to=posted["forward"]["message_id"],
        text="@shift_sim_bot after the update the search finds the wrong things",
    )  # fmt: skip
    stage.hears(DISCUSSION, said)


def burst(stage: Stage) -> None:
    """Three messages in a row by one person are one report."""
    gita = stage.enter(7, "Gita")
    for text in ("Hey there", "my dashboard", "it is stuck on loading for an hour, nothing helps"):
        said = stage.telegram.do("say", chat=GROUP, user=gita, text=text)
        time.sleep(stage.pause / 4)
    stage.hears(GROUP, said)


def thanks(stage: Stage) -> None:
    """Noise is closed without an answer."""
    hugo = stage.enter(8, "Hugo")
    stage.telegram.do("say", chat=GROUP, user=hugo, text="Good morning everybody, and thanks!")


def german_question(stage: Stage) -> None:
    """Asked in German, answered in German; the button closes the ticket."""
    greta = stage.enter(9, "Greta", private=True)
    said = stage.telegram.do(
        "say",
        chat=greta,
        user=greta,
        text="Wo kann ich bitte die Adresse auf der Rechnung ändern? Ich finde das nicht.",
    )
    answer = stage.hears(greta, said)
    stage.think()
    stage.telegram.do("press", chat=greta, user=greta, text="Das hat geholfen")
    stage.hears(greta, answer)


def wants_a_human(stage: Stage) -> None:
    """/human hands the ticket to an engineer."""
    ivan = stage.enter(10, "Ivan", private=True)
    said = stage.telegram.do(
        "say", chat=ivan, user=ivan, text="My card was declined, but the payment page shows no error"
    )
    stage.hears(ivan, said)
    stage.think()
    asked = stage.telegram.do("say", chat=ivan, user=ivan, text="/human")
    stage.hears(ivan, asked)


PLAY: tuple[Callable[[Stage], None], ...] = (
    export_is_broken,
    settings_crash,
    german_question,
    checkout_is_down,
    burst,
    thanks,
    invoice_topic,
    broken_layout,
    draft_for_the_help_desk,
    edited_report,
    wants_a_human,
    release_news,
)


def play(stage: Stage, number: int) -> str:
    """Plays one conversation after those before it have begun; returns what went wrong, or nothing."""
    time.sleep(number * stage.pause)
    story = PLAY[number]
    try:
        story(stage)
    except (NoAnswer, PeopleError) as error:
        return f"{story.__name__.replace('_', ' ')}: {error}"
    return ""
