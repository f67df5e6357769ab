"""The e-mail that a page is: plain text, and the same words as HTML for a phone and the dark."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from urllib.parse import quote

from shiftbot.paging import words
from shiftbot.paging.base import Contact, Page, Permanent
from shiftbot.platforms.text import clean_text

_SUBJECT_LIMIT = 150
_NAME_LIMIT = 80
# What every server takes without SMTPUTF8; the database lets more through.
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}")
_CONFIRM = "The link opens a page with one button; nothing happens before you press it. It works once and for a while."

# No colours but the button's: the reader's own are right by day and by night.
_HTML = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{title}</title><style>:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}</style></head>
<body style="margin:0;padding:16px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\
overflow-wrap:anywhere;word-break:break-word"><div style="max-width:560px">
{content}
</div></body></html>
"""
_HEADING = '<h1 dir="auto" style="font-size:20px;line-height:1.3;margin:0 0 12px">{}</h1>'
_PARAGRAPH = '<p dir="auto" style="margin:0 0 16px">{}</p>'
_SMALL = '<p style="margin:0 0 16px;font-size:14px;opacity:.75">{}</p>'
_BUTTON = (
    '<p style="margin:24px 0"><a href="{}" style="display:inline-block;background:#1d4ed8;color:#ffffff;'
    'padding:14px 28px;border-radius:8px;font-weight:600;text-decoration:none">Acknowledge</a></p>'
)


@dataclass(frozen=True)
class Letterhead:
    """What all our e-mails share: the sender, the address of our own pages, the host in message ids."""

    sender: Address
    public_base_url: str
    host: str


def page_email(page: Page, head: Letterhead) -> EmailMessage:
    """The e-mail that rings or notifies. Raises Permanent where the person has no usable address."""
    message = _headed(page, head, message_id(page, head), words.subject(page))
    if page.kind == "ring":
        message["X-Priority"] = "1"
        message["Importance"] = "high"
    _fill(message, words.text(page), link(page, head))
    return message


def follow_up(page: Page, head: Letterhead) -> EmailMessage:
    """The e-mail under an earlier one that says how the page stands. Raises Permanent like `page_email`."""
    first = page.external_id or message_id(page, head)
    message = _headed(page, head, message_id(page, head, page.state), f"Re: {words.subject(page)}")
    if re.fullmatch(r"<[!-;=?-~]+>", first):
        message["In-Reply-To"] = first
        message["References"] = first
    listed = words.listed([ticket.id for ticket in page.tickets]).capitalize() + "." if page.tickets else ""
    _fill(message, f"{words.status(page)}\n\n{listed}".strip(), "")
    return message


def message_id(page: Page, head: Letterhead, state: str = "") -> str:
    """The same for every try of one attempt, so that a mail program shows a doubled e-mail once."""
    name = "page" if page.kind == "ring" else "notice"
    return f"<{name}-{page.attempt_id}{'.' * bool(state)}{state}@{head.host}>"


def link(page: Page, head: Letterhead) -> str:
    """Where the page is acknowledged, or "" where there is nothing to acknowledge or no way there."""
    can_be = page.kind == "ring" or bool(page.tickets)
    if not (can_be and page.token and head.public_base_url):
        return ""
    return f"{head.public_base_url}/acknowledge/{quote(page.token, safe='')}"


def address_of(contact: Contact) -> Address:
    """The person's address. Raises Permanent where no server would take it."""
    local, _, domain = contact.email.rpartition("@")
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        raise Permanent("the e-mail address has a domain that does not exist") from None
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain)) or _dots_are_wrong(local):
        raise Permanent("the e-mail address is not one that mail can be sent to")
    return Address(_display_name(contact.name), local, domain)


def one_line(text: str, limit: int) -> str:
    """Words fit for a header: no line end or control character, however a person wrote them."""
    flat = "".join(" " if _breaks(character) else character for character in clean_text(text))
    # The email package decodes an encoded word that it is given, line ends included, and writes them out as they are.
    flat = " ".join(flat.split()).replace("=?", "= ?")
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def _headed(page: Page, head: Letterhead, own_id: str, subject: str) -> EmailMessage:
    if page.contact is None:
        raise Permanent("an e-mail needs a person")
    message = EmailMessage(policy=SMTP)
    message["From"] = head.sender
    message["To"] = address_of(page.contact)
    message["Subject"] = one_line(subject, _SUBJECT_LIMIT)
    message["Date"] = formatdate()
    message["Message-ID"] = own_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange does not read the line above
    return message


def _fill(message: EmailMessage, text: str, target: str) -> None:
    text = clean_text(text)
    plain = f"{text}\n\nAcknowledge: {target}\n{_CONFIRM}\n" if target else f"{text}\n"
    # Quoted-printable: no line too long and no byte a server might not take, whatever the words are.
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(_as_html(text, target), subtype="html", cte="quoted-printable")


def _as_html(text: str, target: str) -> str:
    heading, *paragraphs = [html.escape(part).replace("\n", "<br>") for part in _split(text)]
    parts = [_HEADING.format(heading)]
    parts += [_PARAGRAPH.format(paragraph) for paragraph in paragraphs]
    if target:
        parts += [_BUTTON.format(html.escape(target)), _SMALL.format(_CONFIRM)]
    return _HTML.format(title=heading.replace("<br>", " "), content="\n".join(parts))


def _split(text: str) -> list[str]:
    """The first line, then the paragraphs."""
    first, _, rest = text.strip().partition("\n")
    return [first, *(part for part in re.split(r"\n\s*\n", rest.strip()) if part)]


def _display_name(name: str) -> str:
    """Letters, digits and what names have besides: of anything else the email package loses the quotes as it folds."""
    return one_line(re.sub(r"[^\w\s.'\u2019-]", " ", name), _NAME_LIMIT)


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Zl", "Zp")


def _dots_are_wrong(local: str) -> bool:
    return local.startswith(".") or local.endswith(".") or ".." in local
