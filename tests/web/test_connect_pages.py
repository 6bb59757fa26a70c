from __future__ import annotations

import gc
from html.parser import HTMLParser

import httpx
import pytest
from structlog.testing import capture_logs

from bot.domain.links import Stage
from bot.errors import (
    BotError,
    ConflictError,
    CredentialsError,
    InputError,
    MfaRequiredError,
    RateLimitedError,
    UnavailableError,
)
from bot.services.connecting import LINK_DEAD, WRONG_BROWSER
from tests.blocks import views as v

from .site import COOKIE, Site, chunks

_TOKEN = {"token_name": "Dext bot", "token": "s3cret-t0ken", "organization_id": "00801ORG"}
_SPENDING = ("spend", "enter_sync_token", "begin_sign_in", "begin_dext")
_PAGES = [
    ("GET", "/connect/abc"),
    ("POST", "/connect/abc"),
    ("GET", "/setup"),
    ("POST", "/setup/bill/sign-in"),
    ("POST", "/setup/bill/token"),
    ("POST", "/setup/dext"),
    ("GET", "/oauth/bill/callback?state=s&code=c"),
    ("GET", "/oauth/dext/callback?state=s&code=c"),
]


class _Shown(HTMLParser):
    """Collect what a browser would do with a page: its elements, their attributes, its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self) -> dict[str, str]:
        return {str(have["name"]): have.get("value") or "" for tag, have in self.tags if tag == "input"}


@pytest.fixture
def site() -> Site:
    made = Site()
    made.connecting.begin_sign_in.return_value = "https://bill.test/authorize?state=s"
    made.connecting.begin_dext.return_value = "https://dext.test/authorize?state=s"
    return made


def _assert_private(answer: httpx.Response) -> None:
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy


@pytest.mark.parametrize(("method", "path"), _PAGES)
def test_every_page_stays_out_of_caches_frames_and_referrers(site: Site, method: str, path: str) -> None:
    _assert_private(site.ask(method, path, data=_TOKEN if method == "POST" else None))


@pytest.mark.parametrize(("method", "path"), _PAGES)
@pytest.mark.parametrize(
    "error", [ConflictError("Too late."), UnavailableError(service="Bill.com")], ids=["conflict", "outage"]
)
def test_every_page_that_says_no_does_too(site: Site, method: str, path: str, error: BotError) -> None:
    for name in ("enter_sync_token", "begin_sign_in", "begin_dext", "bill_callback", "dext_callback"):
        getattr(site.connecting, name).side_effect = error
    site.connecting.look.return_value = False
    site.connecting.spend.side_effect = ConflictError(LINK_DEAD)
    site.connecting.attempt_of.side_effect = ConflictError(WRONG_BROWSER)
    answer = site.ask(method, path, data=_TOKEN if method == "POST" else None)
    assert 400 <= answer.status_code < 600
    _assert_private(answer)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/connect/abc", "/setup"])
def test_looking_spends_nothing(site: Site, method: str, path: str) -> None:
    """Slack, mail scanners and browsers that preload open links that nobody clicked."""
    answer = site.ask(method, path)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    for name in _SPENDING:
        getattr(site.connecting, name).assert_not_called()


def test_the_page_of_a_link_asks_for_the_click_that_spends_it(site: Site) -> None:
    shown = _Shown(site.ask("GET", "/connect/a-secret_1").text)
    assert ("form", {"method": "post", "action": "/connect/a-secret_1"}) in shown.tags
    site.connecting.look.assert_called_once_with("a-secret_1")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_dead_link_says_how_to_get_another(site: Site, method: str) -> None:
    site.connecting.look.return_value = False
    answer = site.ask(method, "/connect/abc")
    assert answer.status_code == 410
    if method == "GET":
        assert "<code>/dext connect</code>" in answer.text


def test_a_link_spent_twice_says_so_and_sets_no_cookie(site: Site) -> None:
    site.connecting.spend.side_effect = ConflictError(LINK_DEAD)
    answer = site.ask("POST", "/connect/abc")
    assert answer.status_code == 410
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_for_this_browser_alone(secure: bool) -> None:
    answer = Site(secure=secure).ask("POST", "/connect/abc", cookies={})
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name == f"connect={COOKIE}"
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=3600"} <= set(flags)
    assert ("Secure" in flags) is secure
    assert not any(flag.startswith("Domain") for flag in flags)
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")


@pytest.mark.parametrize("path", ["/setup/bill/sign-in", "/setup/bill/token", "/setup/dext", "/connect/abc"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(site: Site, method: str, path: str) -> None:
    assert site.ask(method, path).status_code == 405


@pytest.mark.parametrize("path", ["/setup/bill/sign-in", "/setup/bill/token", "/setup/dext"])
def test_nothing_that_does_something_can_be_done_by_a_link(site: Site, path: str) -> None:
    assert site.ask("GET", path).status_code == 405
    for name in _SPENDING:
        getattr(site.connecting, name).assert_not_called()


@pytest.mark.parametrize("stage", list(Stage))
def test_every_step_escapes_what_the_services_told(site: Site, stage: Stage) -> None:
    evil = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
    site.connecting.attempt_of.return_value = v.attempt(
        stage=stage,
        organization_name=evil,
        organization_id=evil,
        bill_user=evil,
        dext_account_id=evil,
        dext_users=evil,
    )
    page = site.ask("GET", "/setup").text
    shown = _Shown(page)
    assert not {"script", "img"} & {tag for tag, _ in shown.tags}
    assert not [have for _, have in shown.tags for name in have if name.startswith("on")]
    if stage in (Stage.DEXT, Stage.SIGNED_IN):
        assert evil in shown.words, "people read it as it is"


def test_pages_have_no_scripts_and_load_nothing(site: Site) -> None:
    for stage in Stage:
        site.connecting.attempt_of.return_value = v.attempt(stage=stage)
        shown = _Shown(site.ask("GET", "/setup").text)
        assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in shown.tags}
        assert {have["method"] for tag, have in shown.tags if tag == "form"} <= {"post"}


def test_every_input_has_a_label(site: Site) -> None:
    site.connecting.attempt_of.return_value = v.attempt(stage=Stage.BILL)
    shown = _Shown(site.ask("GET", "/setup").text)
    labelled = {have["for"] for tag, have in shown.tags if tag == "label"}
    assert labelled == {have["id"] for tag, have in shown.tags if tag == "input"}
    assert len(labelled) == 3


@pytest.mark.parametrize("offers", [True, False])
def test_the_sign_in_is_offered_where_it_is_set_up(site: Site, offers: bool) -> None:
    site.connecting.offers_sign_in = offers
    site.connecting.attempt_of.return_value = v.attempt(stage=Stage.BILL)
    page = site.ask("GET", "/setup").text
    assert ("/setup/bill/sign-in" in page) is offers
    assert "/setup/bill/token" in page


@pytest.mark.parametrize(("path", "where"), [("/setup/bill/sign-in", "bill"), ("/setup/dext", "dext")])
def test_a_sign_in_sends_the_browser_away(site: Site, path: str, where: str) -> None:
    answer = site.ask("POST", path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://{where}.test/authorize?state=s"


@pytest.mark.parametrize(("path", "method"), [("bill", "bill_callback"), ("dext", "dext_callback")])
def test_a_browser_that_comes_back_hands_over_cookie_state_and_code(site: Site, path: str, method: str) -> None:
    answer = site.ask("GET", f"/oauth/{path}/callback?state=s%20t&code=c%2B1")
    getattr(site.connecting, method).assert_called_once_with(COOKIE, "s t", "c+1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")


@pytest.mark.parametrize(("path", "method"), [("bill", "bill_callback"), ("dext", "dext_callback")])
def test_a_browser_without_the_cookie_comes_back_for_nothing(site: Site, path: str, method: str) -> None:
    for name in (method, "attempt_of"):
        getattr(site.connecting, name).side_effect = ConflictError(WRONG_BROWSER)
    answer = site.ask("GET", f"/oauth/{path}/callback", cookies={})
    getattr(site.connecting, method).assert_called_once_with("", "", "")
    assert answer.status_code == 409
    assert "another browser" in answer.text


def test_a_sync_token_is_handed_over_as_typed(site: Site) -> None:
    answer = site.ask("POST", "/setup/bill/token", data=_TOKEN)
    site.connecting.enter_sync_token.assert_called_once_with(COOKIE, "Dext bot", "s3cret-t0ken", "00801ORG")
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")


def _refused(site: Site, error: BotError) -> httpx.Response:
    site.connecting.attempt_of.return_value = v.attempt(stage=Stage.BILL)
    site.connecting.enter_sync_token.side_effect = error
    return site.ask("POST", "/setup/bill/token", data=_TOKEN)


_WHICH = {
    "token_name_or_value": "token name and token",
    "developer_key": "developer key",
    "organization_id": "organization ID",
    "client": "sign-in arrangement",
    "": "all three values",
    "something new": "all three values",
}


@pytest.mark.parametrize("which", _WHICH)
def test_each_wrong_value_gets_its_own_words(site: Site, which: str) -> None:
    answer = _refused(site, CredentialsError(service="Bill.com", which=which, detail="BDC_1102"))
    words = _Shown(answer.text).words
    problem = words[words.index("Bill.com\n") : words.index("Sign in to Bill.com")]
    assert answer.status_code == 422
    assert _WHICH[which].lower() in problem.lower()
    assert "Nothing was kept." in problem
    assert "BDC_1102" not in answer.text


def test_the_words_for_wrong_values_all_differ(site: Site) -> None:
    pages = {_refused(site, CredentialsError(which=which)).text for which in list(_WHICH)[:5]}
    assert len(pages) == 5


def test_a_refused_form_keeps_what_was_typed_but_never_the_token(site: Site) -> None:
    site.connecting.attempt_of.return_value = v.attempt(stage=Stage.BILL)
    site.connecting.enter_sync_token.side_effect = InputError("Fill in all three fields.")
    typed = _TOKEN | {"token_name": '"><script>alert(1)</script>'}
    page = site.ask("POST", "/setup/bill/token", data=typed).text
    shown = _Shown(page)
    assert shown.values() == {"token_name": typed["token_name"], "token": "", "organization_id": "00801ORG"}
    assert "s3cret-t0ken" not in page
    assert "script" not in {tag for tag, _ in shown.tags}


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (UnavailableError(service="Bill.com"), 502, "Bill.com is not answering now"),
        (RateLimitedError(service="Bill.com"), 502, "try again in a minute"),
        (InputError("Fill in all three fields."), 422, "Fill in all three fields."),
        (ConflictError("This step is done already."), 409, "This step is done already."),
        (MfaRequiredError(service="Bill.com", detail="BDC_2222"), 502, "nothing was kept"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BotError) else None,
)
def test_every_refusal_says_what_to_do(site: Site, error: BotError, status: int, words: str) -> None:
    answer = _refused(site, error)
    assert answer.status_code == status
    assert words in _Shown(answer.text).words
    assert "BDC_" not in answer.text


def test_a_refusal_is_logged_without_what_was_typed(site: Site) -> None:
    with capture_logs() as logs:
        _refused(site, CredentialsError(which="organization_id", detail="BDC_1102"))
    assert [(entry["code"], entry["detail"]) for entry in logs] == [("credentials", "BDC_1102")]
    assert "s3cret-t0ken" not in str(logs)


def test_a_form_too_long_is_refused_before_it_is_read(site: Site) -> None:
    assert site.ask("POST", "/setup/bill/token", data=_TOKEN | {"token": "x" * 20_000}).status_code == 413
    site.connecting.enter_sync_token.assert_not_called()


def test_a_form_too_long_is_refused_also_without_a_length(site: Site) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = site.ask("POST", "/setup/bill/token", content=chunks(10_000, 50)(), headers=headers)
    assert answer.status_code == 413
    site.connecting.enter_sync_token.assert_not_called()


def test_a_file_in_place_of_a_value_is_no_token(site: Site) -> None:
    site.connecting.attempt_of.return_value = v.attempt(stage=Stage.BILL)
    site.connecting.enter_sync_token.side_effect = InputError("Fill in all three fields.")
    answer = site.ask("POST", "/setup/bill/token", files={"token": ("a.txt", b"abc")})
    gc.collect()  # a file left open would be noticed in some other test
    assert answer.status_code in (400, 413, 422)
    if site.connecting.enter_sync_token.called:
        assert site.connecting.enter_sync_token.call_args.args[2] == ""
