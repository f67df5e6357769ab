"""A German report gets a German answer with German buttons, and German words ever after; so with the others."""

# ruff: noqa: RUF001  (the Russian sentences are meant to be Cyrillic)

from __future__ import annotations

import pytest

from tests.support.customers import TelegramCustomer, at_work
from tests.support.product import Product

pytestmark = pytest.mark.newest_postgres


def test_german_from_the_first_word_to_the_last(story: Product) -> None:
    anna = TelegramCustomer(story)
    with at_work(story):
        anna.says("Der Export meiner Rechnungen funktioniert nicht, bitte helfen Sie mir.")
        answer = anna.hears()[0]
        anna.presses("Das hat geholfen")
        confirmation = anna.hears()[0]

    assert answer["text"].startswith("Danke")
    assert answer["buttons"] == ["Das hat geholfen", "Bitte einen Menschen"]
    assert confirmation["text"].startswith("Schön, dass es geholfen hat!")
    assert story.rows("select language, status from public.tickets") == [("de", "closed")]
    story.assert_sound()


@pytest.mark.parametrize(
    ("report", "button", "words"),
    [
        ("No puedo descargar mi factura, ¿qué hago?", "Quiero hablar con una persona", "Le paso esto"),
        ("Не могу скачать счёт, что делать?", "Позовите человека", "Передаю это инженеру"),
        ("I cannot download my invoice, what do I do?", "Get me a human", "I am handing this"),
    ],
)
def test_the_way_to_a_human_is_in_the_customers_language(
    story: Product, report: str, button: str, words: str
) -> None:
    customer = TelegramCustomer(story)
    with at_work(story):
        customer.says(report)
        customer.hears()
        customer.presses(button)
        heard = customer.hears()[0]

    assert heard["text"].startswith(words)
    story.assert_sound()
