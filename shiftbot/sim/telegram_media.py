"""Part of the Telegram simulator: the content fields of messages, texts, photos, files."""

from __future__ import annotations

from pathlib import Path

from .faults import SimError
from .telegram_text import entities, length
from .telegram_world import Json, World

PHOTO = (Path(__file__).parent / "photo.jpg").read_bytes()  # of an export that fails, made for this


def text_content(text: str) -> Json:
    """The fields of a text message. Raises SimError for what Telegram's apps would not send."""
    if not text.strip() or length(text) > 4096:
        raise SimError("a Telegram message has 1 to 4096 characters")
    found = entities(text)
    return {"text": text} | ({"entities": found} if found else {})


def caption_content(caption: str) -> Json:
    """The fields of a caption, none for an empty one."""
    if length(caption) > 1024:
        raise SimError("a caption has at most 1024 characters")
    found = entities(caption)
    return ({"caption": caption} if caption else {}) | ({"caption_entities": found} if found else {})


class Media:
    """Makes files that getFile knows, and the message fields that name them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def photo(self, caption: str) -> Json:
        """A photo in two sizes."""
        sizes = []
        for width, height in ((90, 67), (800, 600)):
            stored = self._store("photos", ".jpg", PHOTO + bytes([width % 256]))
            sizes.append({name: stored[name] for name in ("file_id", "file_unique_id", "file_size")})
            sizes[-1] |= {"width": width, "height": height}
        return {"photo": sizes} | caption_content(caption)

    def document(self, name: str, content: bytes | str, caption: str, size: int | None) -> Json:
        """A file with a name."""
        data = content.encode() if isinstance(content, str) else content
        about = self._about(self._store("documents", f"_{name}", data, size))
        mime_type = "text/plain" if name.endswith((".txt", ".log")) else "application/octet-stream"
        return {"document": about | {"file_name": name, "mime_type": mime_type}} | caption_content(caption)

    def voice(self, seconds: int) -> Json:
        """A voice message."""
        about = self._about(self._store("voice", ".oga", b"OggS" + bytes(32 * seconds)))
        return {"voice": about | {"duration": seconds, "mime_type": "audio/ogg"}}

    def sticker(self, emoji: str) -> Json:
        """A static sticker."""
        about = self._about(self._store("stickers", ".webp", b"RIFF____WEBP"))
        size = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        return {"sticker": about | size | {"emoji": emoji, "set_name": "HotCherry"}}

    def _about(self, stored: Json) -> Json:
        return {name: value for name, value in stored.items() if name != "file_path"}

    def _store(self, folder: str, ending: str, data: bytes, size: int | None = None) -> Json:
        count = next(self._world.numbers)
        stored: Json = {"file_id": f"AgACAgIAAxkBAAI{count:08d}AAQ", "file_unique_id": f"AQAD{count:08d}"}
        stored |= {"file_size": len(data) if size is None else size}
        stored |= {"file_path": f"{folder}/file_{count}{ending}"}
        self._world.files[str(stored["file_id"])] = (stored, data)
        return stored
