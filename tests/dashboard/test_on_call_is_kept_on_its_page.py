"""The on-call page in a browser: taking and handing over, the plan, the people, one's own contact data, the test ring."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from shiftbot.sim.project import SupabaseSim
from tests.dashboard.conftest import Serve
from tests.db.paging import Pager
from tests.db.world import World
from tests.support.dashboard import PHONE, Dashboard
from tests.support.live import live

pytestmark = pytest.mark.newest_postgres
SOON = 4000  # sooner than pages that only poll
TALL = (1360, 1500)  # nothing scrolls, which would close the options of an input


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ada", is_admin=True)
    pager.engineer("Ben", phone="+4930901820")
    return pager


@pytest.fixture
def shown(pager: Pager, serve: Serve, project: SupabaseSim) -> Dashboard:
    return live(pager.world, project, serve, "Ada", "Ben")


def duty(page: Page) -> Locator:
    return page.locator("section.now")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def field(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key} input")


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    wanted = page.get_by_role("option", name=option, exact=True)
    try:
        wanted.click(timeout=5000)
    except PlaywrightTimeout:  # a push has drawn the page anew meanwhile, and closed the list
        page.get_by_role("combobox", name=label).click()
        wanted.click()


def person(page: Page, name: str) -> Locator:
    return page.locator("li", has=page.locator("b", has_text=name))


def test_the_shift_is_taken_and_handed_over(world: World, shown: Dashboard, browser: Browser) -> None:
    ada = shown.sign_in(browser, "ada@example.com", "/on-call")
    ben = shown.sign_in(browser, "ben@example.com", "/on-call")
    expect(duty(ada)).to_contain_text("Nobody is on call")
    press(ben, "Take the shift")
    for page in (ada, ben):
        expect(duty(page)).to_contain_text("Ben", timeout=SOON)
    expect(ben.get_by_role("button", name="Take the shift")).to_have_count(0)

    press(ada, "Hand over")
    field(ada, "hand_over_why").fill("Ben is ill")
    press(ada, "Hand over now")
    expect(duty(ben)).to_contain_text("Ada", timeout=SOON)
    expect(duty(ben)).to_contain_text("Ben is ill")
    ben.get_by_text("Who was on call").click()
    expect(ben.locator("details li").last).to_contain_text("took it, by Ben")
    expect(ben.get_by_role("button", name="Nobody")).to_have_count(0)  # for admins
    press(ada, "Nobody")
    press(ada, "Put nobody on call")
    expect(duty(ben)).to_contain_text("Nobody is on call", timeout=SOON)


def test_who_was_slower_reads_who_has_it(world: World, shown: Dashboard, browser: Browser) -> None:
    ben = shown.sign_in(browser, "ben@example.com", "/on-call")
    expect(duty(ben)).to_contain_text("Nobody is on call")
    with world.database.connect() as holding:  # between his look and his press, before his page is told
        with holding.transaction():
            holding.execute("select private.hand_over(id, 'faster') from public.engineers where name = 'Ada'")
            press(ben, "Take the shift")
        expect(ben.get_by_role("alert").filter(has_text="Ada is on call")).to_be_visible()
    assert world.value("select name from public.engineers where is_on_call") == "Ada"


def test_the_plan_is_made_and_overridden(world: World, shown: Dashboard, browser: Browser) -> None:
    ada = shown.sign_in(browser, "ada@example.com", "/on-call", size=TALL)
    ada.get_by_text("Rotations (0)").click()
    ada.get_by_role(
        "button", name="Make the rotation"
    ).hover()  # once nothing moves: that closes options, too
    field(ada, "rotation_name").fill("weekly")
    for name in ("Ada", "Ben"):
        choose(ada, "People, in their order", name)
    ada.keyboard.press("Escape")
    press(ada, "Make the rotation")
    shift = ada.locator(".rota .shift")
    expect(shift.first).to_be_visible()
    assert world.value("select time_zone from public.rotations") == "Europe/Berlin"

    ben = shown.sign_in(browser, "ben@example.com", "/on-call", size=TALL)
    theirs = ben.get_by_role("button", name=re.compile("^Ada · .* weekly$")).last
    theirs.click()
    expect(ben.get_by_text("Give Ada's shift away")).to_be_visible()
    ben.get_by_role("button", name="Give it").hover()
    choose(ben, "Who takes it", "Ben")
    field(ben, "override_why").fill("a swap")
    press(ben, "Give it")
    expect(ada.locator(".rota .shift.override").first).to_contain_text("Ben", timeout=SOON)
    kept = world.row("select e.name, s.kind, s.reason from public.shifts as s join public.engineers as e"
                     " on e.id = s.engineer_id where s.kind = 'override'")  # fmt: skip
    assert kept == ("Ben", "override", "a swap")
    expect(ben.get_by_role("button", name="Stop")).to_have_count(0)  # for admins


def test_admins_let_people_in_and_show_them_out(world: World, shown: Dashboard, browser: Browser) -> None:
    ada = shown.sign_in(browser, "ada@example.com", "/on-call")
    press(ada, "Add an engineer")
    field(ada, "engineer0_name").fill("Cleo Costa")
    field(ada, "engineer0_email").fill("cleo@example.com")
    field(ada, "engineer0_phone").fill("030 901820")
    press(ada, "Let them in")
    expect(ada.get_by_role("alert").filter(has_text="That is no phone number.")).to_be_visible()
    field(ada, "engineer0_phone").fill("+4930901821")
    press(ada, "Let them in")
    expect(person(ada, "Cleo Costa")).to_contain_text("phone")

    ben = shown.sign_in(browser, "ben@example.com", "/on-call")
    expect(person(ben, "Cleo Costa")).to_be_visible()
    expect(ben.get_by_role("button", name="Change Cleo Costa")).to_have_count(0)
    press(ada, "Change Ben")
    ada.get_by_text("Active", exact=True).click()
    ada.get_by_role("button", name="Save").last.click()
    expect(ben.get_by_text("belongs to no active engineer")).to_be_visible(timeout=SOON)
    assert world.rows("select name from public.engineers where is_active order by id") == [
        ("Ada",),
        ("Cleo Costa",),
    ]


def test_everybody_keeps_the_own_contact_data(world: World, shown: Dashboard, browser: Browser) -> None:
    ben = shown.sign_in(browser, "ben@example.com", "/on-call", size=PHONE)
    phone = field(ben, "my_phone")
    expect(phone).to_have_value("+4930901820")
    phone.fill("+4930901899")
    press(ben, "Save")
    expect(ben.get_by_text("Saved.")).to_be_visible()
    assert world.value("select phone from public.engineers where name = 'Ben'") == "+4930901899"
    assert ben.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_test_ring_is_seen_as_it_happens(pager: Pager, shown: Dashboard, browser: Browser) -> None:
    ben = shown.sign_in(browser, "ben@example.com", "/on-call", dark=True)
    press(ben, "Page me now")
    test = ben.locator("section", has=ben.locator("h2", has_text="Test page"))
    expect(test).to_contain_text("Ringing")
    page_id = pager.world.value("select id from public.escalations where tested_engineer_id is not null")
    attempt = pager.world.value(
        "select min(id) from public.escalation_attempts where escalation_id = %s", page_id
    )
    pager.claim(attempt)
    pager.settle(attempt, "ringing")
    expect(test).to_contain_text("ringing", timeout=SOON)
    press(ben, "Stop")
    expect(test).to_contain_text("Over.")
    assert pager.world.value("select state from public.escalations where id = %s", page_id) == "resolved"
