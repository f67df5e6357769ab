from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.telegram_expected import EPOCH, MARTA, SUPERGROUP, attachment, expected, parsed

PHOTO = attachment("photo", "AQADlarge", file_id="AgACAgIAAxkBAAIB-large", size=90233)

# name: (message id, words, its one attachment)
ATTACHMENTS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "photo": (41, "this button", PHOTO),
    "photo_without_words": (42, "", PHOTO),
    "document": (
        45,
        "the log",
        attachment(
            "document",
            "AgADlog",
            file_id="BQACAgIAAxkBAAIClog",
            name="crash.log",
            mime_type="text/plain",
            size=20311,
        ),
    ),
    "voice": (
        46,
        "",
        attachment("voice", "AgADvoice", file_id="AwACAgIAAxkBvoice", mime_type="audio/ogg", size=15021),
    ),
    "video": (
        47,
        "",
        attachment(
            "video",
            "AgADvideo",
            file_id="BAACAgIAAxkBvideo",
            name="screen.mp4",
            mime_type="video/mp4",
            size=2203321,
        ),
    ),
    "video_note": (48, "", attachment("video_note", "AgADnote", file_id="DQACAgIAAxkBnote", size=503321)),
    "sticker": (
        49,
        "",
        attachment("sticker", "AgADsticker", file_id="CAACAgIAAxkBsticker", name="😡", size=20100),
    ),
    "audio": (
        50,
        "",
        attachment(
            "audio",
            "AgADaudio",
            file_id="CQACAgIAAxkBaudio",
            name="beep.mp3",
            mime_type="audio/mpeg",
            size=901223,
        ),
    ),
    "animation": (
        51,
        "",
        attachment(
            "animation",
            "AgADgif",
            file_id="CgACAgIAAxkBgif",
            name="bug.gif.mp4",
            mime_type="video/mp4",
            size=120000,
        ),
    ),
    "contact": (52, "", attachment("contact", name="Jan Nowak", phone_number="+48123456789")),
    "location": (53, "", attachment("location", latitude=52.229676, longitude=21.012229)),
    "venue": (54, "", attachment("venue", name="Acme office", latitude=52.2, longitude=21.0)),
    "poll": (55, "", attachment("poll", name="Does it work for you?")),
    "dice": (56, "", attachment("dice", name="🎲")),
}


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_attachment_is_kept_once_with_the_words(name: str) -> None:
    number, words, sent = ATTACHMENTS[name]

    assert parsed(name) == expected(
        name,
        MARTA,
        SUPERGROUP,
        number,
        words,
        f"msg:{number}",
        merges_with_author=True,
        payload={"attachments": [sent]},
    )


def test_album_members_share_a_merge_group() -> None:
    first, second = parsed("album_first"), parsed("album_second")

    assert first == expected(
        "album_first",
        MARTA,
        SUPERGROUP,
        43,
        "two screens",
        "msg:43",
        merge_group="13700000000000001",
        merges_with_author=True,
        payload={"attachments": [PHOTO]},
    )
    assert second == expected(
        "album_second",
        MARTA,
        SUPERGROUP,
        44,
        "",
        "msg:44",
        sent_at=first.sent_at,
        merge_group="13700000000000001",
        merges_with_author=True,
        payload={"attachments": [PHOTO | {"file_unique_id": "AQADlarge2"}]},
    )
    assert first.sent_at.timestamp() == EPOCH + 43


def test_words_and_file_survive_a_part_of_unknown_shape() -> None:
    assert parsed("unknown_part") == expected(
        "unknown_part",
        MARTA,
        SUPERGROUP,
        57,
        "Words beside a part of a new shape",
        "msg:57",
        merges_with_author=True,
        payload={"attachments": [attachment("sticker", file_id="CAACAgIAAxkBnew")]},
    )
