"""The sentences the rules answer with: courteous, no promise of a time, no word of the user repeated."""

# ruff: noqa: RUF001  (the Russian sentences are meant to be Cyrillic)

from __future__ import annotations

from shiftbot.triage.language import Language
from shiftbot.triage.verdict import Category

_UNDERSTOOD: dict[Language, dict[Category, str]] = {
    "en": {
        "outage": "I understand that something cannot be reached or used at all.",
        "data_loss": "I understand that data is missing or wrong.",
        "security": "I understand that this may concern security or private data.",
        "payment": "I understand that this is about a payment or an invoice.",
        "bug": "I understand that something does not work as it should.",
        "performance": "I understand that something is too slow.",
    },
    "de": {
        "outage": "Ich habe verstanden, dass etwas nicht erreichbar oder nicht nutzbar ist.",
        "data_loss": "Ich habe verstanden, dass Daten fehlen oder nicht stimmen.",
        "security": "Ich habe verstanden, dass es um Sicherheit oder private Daten gehen könnte.",
        "payment": "Ich habe verstanden, dass es um eine Zahlung oder eine Rechnung geht.",
        "bug": "Ich habe verstanden, dass etwas nicht so funktioniert, wie es soll.",
        "performance": "Ich habe verstanden, dass etwas zu langsam ist.",
    },
    "es": {
        "outage": "Entiendo que algo no está accesible o no se puede usar.",
        "data_loss": "Entiendo que faltan datos o que no son correctos.",
        "security": "Entiendo que puede tratarse de seguridad o de datos privados.",
        "payment": "Entiendo que se trata de un pago o de una factura.",
        "bug": "Entiendo que algo no funciona como debería.",
        "performance": "Entiendo que algo va demasiado lento.",
    },
    "ru": {
        "outage": "Я понял, что что-то недоступно или совсем не работает.",
        "data_loss": "Я понял, что данные пропали или неверны.",
        "security": "Я понял, что речь может идти о безопасности или личных данных.",
        "payment": "Я понял, что речь идёт об оплате или счёте.",
        "bug": "Я понял, что что-то работает не так, как должно.",
        "performance": "Я понял, что что-то работает слишком медленно.",
    },
}

# fmt: off
_NEXT: dict[Language, dict[str, str]] = {
    "en": {
        "escalate": (
            "Thank you for telling us, and sorry for the trouble. {understood} I am calling an engineer "
            "to look at it, and they will follow up in this thread."
        ),
        "human": (
            "Thank you for your message. {understood} You asked for a person, so I am calling an "
            "engineer, who will follow up in this thread."
        ),
        "report": (
            "Thank you for the report, and sorry for the trouble. {understood} It is recorded for the "
            "team. If more people are affected or it gets worse, please say so here."
        ),
        "question": (
            "Thank you for your question. It is recorded for the team, who will see it in this thread. "
            "Any detail you add here helps to answer it."
        ),
        "feature_request": "Thank you for the suggestion. It is recorded for the team to consider.",
        "feedback": (
            "Thank you for your feedback. It is recorded for the team. If something does not work as it "
            "should, please describe it here."
        ),
        "resolved": (
            "Thank you for letting us know; good to hear that it works again. If it comes back, please "
            "write here."
        ),
        "attachment": (
            "Thank you, I have received your attachment. Could you describe in a few words what happened "
            "and what you expected?"
        ),
        "other": (
            "Thank you for your message. It is recorded for the team. Could you describe in a few words "
            "what happened and what you expected?"
        ),
        "thanks": (
            "Thank you. Your report is recorded and stays with the team; if anything changes, please "
            "write here."
        ),
    },
    "de": {
        "escalate": (
            "Danke für den Hinweis, und bitte entschuldigen Sie die Umstände. {understood} Ich rufe einen"
            " Techniker, der sich das ansieht und hier im Thread antwortet."
        ),
        "human": (
            "Danke für Ihre Nachricht. {understood} Sie möchten mit einem Menschen sprechen: Ich rufe "
            "einen Techniker, der hier im Thread antwortet."
        ),
        "report": (
            "Danke für die Meldung, und bitte entschuldigen Sie die Umstände. {understood} Sie ist für "
            "das Team festgehalten. Wenn weitere Personen betroffen sind oder es schlimmer wird, "
            "schreiben Sie es bitte hier."
        ),
        "question": (
            "Danke für Ihre Frage. Sie ist für das Team festgehalten, das sie hier im Thread sieht. Jede "
            "weitere Einzelheit hilft bei der Antwort."
        ),
        "feature_request": "Danke für den Vorschlag. Er ist für das Team festgehalten.",
        "feedback": (
            "Danke für Ihre Rückmeldung. Sie ist für das Team festgehalten. Wenn etwas nicht "
            "funktioniert, beschreiben Sie es bitte hier."
        ),
        "resolved": (
            "Danke für die Rückmeldung; schön, dass es wieder geht. Falls es noch einmal auftritt, "
            "schreiben Sie bitte hier."
        ),
        "attachment": (
            "Danke, Ihr Anhang ist angekommen. Können Sie kurz beschreiben, was passiert ist und was Sie "
            "erwartet haben?"
        ),
        "other": (
            "Danke für Ihre Nachricht. Sie ist für das Team festgehalten. Können Sie kurz beschreiben, "
            "was passiert ist und was Sie erwartet haben?"
        ),
        "thanks": (
            "Danke. Ihre Meldung bleibt beim Team festgehalten; wenn sich etwas ändert, schreiben Sie "
            "bitte hier."
        ),
    },
    "es": {
        "escalate": (
            "Gracias por avisarnos y disculpe las molestias. {understood} Estoy llamando a un ingeniero "
            "para que lo revise y responda en este hilo."
        ),
        "human": (
            "Gracias por su mensaje. {understood} Ha pedido hablar con una persona: estoy llamando a un "
            "ingeniero, que responderá en este hilo."
        ),
        "report": (
            "Gracias por el aviso y disculpe las molestias. {understood} Queda registrado para el equipo."
            " Si hay más personas afectadas o empeora, escríbalo aquí, por favor."
        ),
        "question": (
            "Gracias por su pregunta. Queda registrada para el equipo, que la verá en este hilo. "
            "Cualquier detalle que añada ayuda a responderla."
        ),
        "feature_request": "Gracias por la sugerencia. Queda registrada para el equipo.",
        "feedback": (
            "Gracias por su opinión. Queda registrada para el equipo. Si algo no funciona como debería, "
            "descríbalo aquí, por favor."
        ),
        "resolved": (
            "Gracias por avisar; nos alegra que vuelva a funcionar. Si se repite, escriba aquí, por "
            "favor."
        ),
        "attachment": (
            "Gracias, hemos recibido su archivo adjunto. ¿Puede describir en pocas palabras qué pasó y "
            "qué esperaba?"
        ),
        "other": (
            "Gracias por su mensaje. Queda registrado para el equipo. ¿Puede describir en pocas palabras "
            "qué pasó y qué esperaba?"
        ),
        "thanks": (
            "Gracias. Su aviso queda registrado con el equipo; si algo cambia, escriba aquí, por favor."
        ),
    },
    "ru": {
        "escalate": (
            "Спасибо, что сообщили, и извините за неудобства. {understood} Я зову инженера: он посмотрит "
            "и ответит в этой ветке."
        ),
        "human": (
            "Спасибо за сообщение. {understood} Вы попросили человека: я зову инженера, он ответит в этой"
            " ветке."
        ),
        "report": (
            "Спасибо за сообщение, и извините за неудобства. {understood} Оно записано для команды. Если "
            "это затронуло и других или стало хуже, напишите, пожалуйста, здесь."
        ),
        "question": (
            "Спасибо за вопрос. Он записан для команды, она увидит его в этой ветке. Любые подробности "
            "помогут ответить."
        ),
        "feature_request": "Спасибо за предложение. Оно записано для команды.",
        "feedback": (
            "Спасибо за отзыв. Он записан для команды. Если что-то работает не так, опишите это, "
            "пожалуйста, здесь."
        ),
        "resolved": (
            "Спасибо, что сообщили; хорошо, что снова работает. Если повторится, напишите, пожалуйста, "
            "здесь."
        ),
        "attachment": (
            "Спасибо, вложение получено. Опишите, пожалуйста, коротко, что произошло и чего вы ожидали."
        ),
        "other": (
            "Спасибо за сообщение. Оно записано для команды. Опишите, пожалуйста, коротко, что произошло "
            "и чего вы ожидали."
        ),
        "thanks": (
            "Спасибо. Ваше сообщение остаётся у команды; если что-то изменится, напишите, пожалуйста, "
            "здесь."
        ),
    },
}
# fmt: on


def compose(language: Language, occasion: str, category: Category = "other") -> str:
    """The reply of one occasion: a key of the table above, or the category itself where it is one."""
    understood = _UNDERSTOOD[language].get(category, "")
    return " ".join(_NEXT[language][occasion].format(understood=understood).split())


def safe(language: str, category: Category, escalate: bool) -> str:
    """A reply that fits any verdict, for when an engine's own words may not go out."""
    spoken: Language = language[:2] if language[:2] in _NEXT else "en"  # type: ignore[assignment]  # checked beside it
    if escalate:
        return compose(spoken, "escalate", category)
    if category in _UNDERSTOOD[spoken]:
        return compose(spoken, "report", category)
    return compose(spoken, category if category in _NEXT[spoken] else "other", category)
