"""Whatever Dext, Bill.com or a person wrote, and however much of it: Slack takes the message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from blocks.cards import card_message, outcome_message, reject_modal
from blocks.connection import connect_message, finish_message
from blocks.entries import entries_message, lists_message
from blocks.items import publish_message
from blocks.kit import Block, Message, clip, foreign, option
from blocks.lists import refresh_message, refreshed_message
from blocks.pickers import entry_options
from blocks.settings import settings_modal
from blocks.standing import standing_message
from blocks.words import asked_message, help_message, intake_message
from bot.domain.approvals import RequestState
from bot.domain.businesses import Business, TaxTreatment
from bot.domain.connections import Connection, LegState, Provider
from bot.domain.items import Item, ItemStatus
from bot.domain.lines import Ref
from bot.domain.links import Stage
from bot.domain.lists import Entry, Found, ListName
from bot.domain.money import Money
from bot.domain.people import Role
from bot.domain.publishing import PublishState
from bot.domain.refreshing import ListResult, ListState, RefreshState
from bot.domain.views.connecting import FinishPrompt
from bot.domain.views.items import Card, PublishList
from bot.domain.views.lists import AffectedItem, RefreshOutcome, RefreshProgress
from bot.domain.views.standing import ListLine, Standing
from bot.sandbox.slack.check import check_options, check_view

from . import views as v
from .reading import (
    assert_known_ids,
    assert_only_our_markup,
    assert_values_hold_ids_only,
    hard,
    markup_of,
    problems_of,
)
from .states import payload

_NASTY = [
    "",
    " ",
    "\n\n\t",
    "<!channel>",
    "<!here|ping>",
    "<@U0EVIL>",
    "<https://evil.example|Approve>",
    "&amp;&lt;!channel&gt;",
    "& < > & < >" * 50,
    "*bold* _it_ ~no~ `code` ```block```",
    "> quoted\n• listed",
    ":rotating_light: :smile:",
    "\u202eevil\u202c \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627",
    "👩‍👩‍👧‍👦" * 30,
    "e\u0301\u0323" * 40,
    "x" * 10_000,
    "&" * 10_000,
    "<" * 299 + "&" * 10_000,
    "*" * 10_000,
    "😀" * 10_000,
    "a b " * 2_500,
]
strings = st.one_of(st.sampled_from(_NASTY), st.text(max_size=40))
filled = strings.filter(bool)
counts = st.integers(0, 10**9)
money = st.builds(
    Money,
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.decimals(Decimal("0.0001"), Decimal("99999999999"), places=4),
)
_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
some = settings(max_examples=40, deadline=None, derandomize=True, phases=_PHASES)
booleans = st.booleans()

businesses = st.builds(lambda name: replace(v.BUSINESS, name=name), filled)
details = st.builds(
    v.details,
    supplier=strings,
    number=strings,
    category=strings,
    issued_on=st.none() | st.dates(),
    due_on=st.none() | st.dates(),
    total=st.none() | st.decimals(-(10**9), 10**9, places=2),
    paid=booleans,
)


def items_of(most: int, *statuses: ItemStatus, first: int = 1) -> st.SearchStrategy[list[Item]]:
    one = st.builds(
        v.item,
        details=details,
        status=st.sampled_from(statuses),
        lacks=st.lists(strings, max_size=6).map(tuple),
        note=strings,
    )
    # Every item has its own number, as stored ones do.
    return st.lists(one, max_size=most).map(
        lambda made: [replace(entry, id=f"{place:032x}", number=place + first) for place, entry in enumerate(made)]
    )


plans = st.builds(
    v.plan,
    supplier=filled,
    category=filled,
    tax=st.decimals(0, 10**6, places=2),
    treatment=st.sampled_from(TaxTreatment),
    pays=booleans,
    original_number=strings,
    customer=strings,
    project_class=strings,
    project_location=strings,
    payment_method=strings,
    flags=st.lists(filled, max_size=12).map(tuple),
)
requests = st.builds(
    lambda asked, state, plan, reason, changes: replace(asked, state=state, plan=plan, reason=reason, changes=changes),
    st.sampled_from([v.decided()]),
    st.sampled_from(RequestState),
    plans,
    strings,
    st.lists(filled, max_size=12).map(tuple),
)
publishes = st.none() | st.builds(
    v.publish,
    st.sampled_from(PublishState),
    bill_id=st.just(v.BILL_ID),
    document_id=st.sampled_from(["", "doc"]),
    payment_id=st.sampled_from(["", "pay"]),
    problem=strings,
    shortfalls=st.lists(filled, max_size=3).map(tuple),
)
cards = st.builds(
    lambda asked, going, business: replace(v.card(asked, going), business=business), requests, publishes, businesses
)


def accepted(said: Message) -> None:
    sent = payload(said)
    assert hard(problems_of(sent)) == []
    assert sent["text"].strip()
    assert_known_ids(sent)
    assert_values_hold_ids_only(sent["blocks"])


def accepted_form(form: Block) -> None:
    assert hard(check_view(form)) == []
    assert_only_our_markup(form)


@some
@given(cards)
def test_slack_takes_every_card(card: Card) -> None:
    accepted(card_message(card))


@some
@given(cards)
def test_no_card_lets_markup_through(card: Card) -> None:
    assert_only_our_markup(payload(card_message(card)))


@some
@given(cards)
def test_slack_takes_every_outcome(card: Card) -> None:
    accepted(outcome_message(card))


@some
@given(cards)
def test_no_outcome_lets_markup_through(card: Card) -> None:
    assert_only_our_markup(payload(outcome_message(card)))


@some
@given(cards)
def test_slack_takes_every_reject_form(card: Card) -> None:
    accepted_form(reject_modal(card))


publish_lists = st.builds(
    lambda business, ready, lacking, more, page, words, totals: v.publish_list(
        business=business,
        ready=tuple(ready),
        ready_count=len(ready) + more,
        ready_totals=tuple(totals),
        lacking=tuple(lacking),
        lacking_count=len(lacking) + more,
        page=page,
        pages=page + 2 if more else max(1, page),
        words=words,
    ),
    businesses,
    items_of(10, ItemStatus.READY),
    items_of(5, ItemStatus.TO_REVIEW, ItemStatus.FAILED, ItemStatus.REJECTED, first=100),
    st.integers(0, 2000),
    st.integers(0, 200),
    strings,
    st.lists(money, max_size=4),
)


@some
@given(publish_lists)
def test_slack_takes_every_page_of_what_can_be_published(view: PublishList) -> None:
    accepted(publish_message(view))


@some
@given(publish_lists)
def test_no_page_of_what_can_be_published_lets_markup_through(view: PublishList) -> None:
    assert_only_our_markup(payload(publish_message(view)))


def test_slack_takes_a_full_page_of_the_longest_emoji_names() -> None:
    long = v.details(supplier="😀" * 500, category="😀" * 500, number="😀" * 500)
    ready = tuple(v.item(number, details=long, id=f"{number:032x}") for number in range(1, 11))
    lacking = tuple(v.lacking(number, "😀" * 500, details=long) for number in range(20, 25))
    view = v.publish_list(ready=ready, ready_count=10, lacking=lacking, lacking_count=5, words="😀" * 60)
    accepted(publish_message(view))


@some
@given(
    items_of(10, ItemStatus.WAITING),
    st.lists(st.tuples(items_of(1, ItemStatus.READY).filter(bool), strings), max_size=10),
    st.sampled_from(["", f" in <#{v.CHANNEL}>"]),
)
def test_slack_takes_every_answer_to_a_request(
    asked: list[Item], refused: list[tuple[list[Item], str]], place: str
) -> None:
    said = asked_message(tuple(asked), tuple((entry[0], why) for entry, why in refused), place)
    accepted(said)
    assert_only_our_markup(payload(said))


legs = st.builds(
    lambda provider, state, name: replace(v.leg(provider), state=state, organization_name=name),
    st.sampled_from(Provider),
    st.sampled_from(LegState),
    strings,
)
standings = st.builds(
    lambda business, bill, dext, problem, synced, numbers, totals, admins, roles, flags: v.standing(
        business=business,
        connection=Connection(bill, dext),
        lists=tuple(ListLine(name.value, numbers[0], v.NOW if synced else None, problem) for name in ListName),
        ready=numbers[0],
        to_review=numbers[1],
        waiting=numbers[2],
        held=numbers[3],
        failed=numbers[4],
        rejected=numbers[5],
        ready_totals=tuple(totals),
        admins=(v.ADMIN,) * admins,
        roles=roles,
        can_publish=flags[0],
        refreshing=flags[1],
        why_not="Publishing is not available." if flags[2] else "",
    ),
    businesses,
    legs,
    legs,
    strings,
    booleans,
    st.tuples(counts, counts, counts, counts, counts, counts),
    st.lists(money, max_size=20),
    st.integers(0, 40),
    st.frozensets(st.sampled_from(Role)),
    st.tuples(booleans, booleans, booleans),
)


@some
@given(standings)
def test_slack_takes_every_standing(standing: Standing) -> None:
    said = standing_message(standing)
    accepted(said)
    assert_only_our_markup(payload(said))


@some
@given(businesses, strings)
def test_slack_takes_every_connect_offer(business: Business, again: str) -> None:
    said = connect_message(v.offer(business=business, before=v.joined_to(again)))
    accepted(said)
    assert_only_our_markup(payload(said))


prompts = st.builds(
    lambda business, stage, problem, name, id_, user, account, users: replace(
        v.prompt(
            problem,
            stage=stage,
            organization_name=name,
            organization_id=id_,
            bill_user=user,
            dext_account_id=account,
            dext_users=users,
        ),
        business=business,
    ),
    businesses,
    st.sampled_from([Stage.SIGNED_IN, Stage.FINISHED, Stage.DROPPED]),
    strings.filter(lambda text: text == "" or text.strip() != ""),
    strings,
    strings,
    strings,
    strings,
    strings,
)


@some
@given(prompts)
def test_slack_takes_every_finish_prompt(prompt: FinishPrompt) -> None:
    accepted(finish_message(prompt))


@some
@given(prompts)
def test_no_finish_prompt_lets_markup_through(prompt: FinishPrompt) -> None:
    assert_only_our_markup(payload(finish_message(prompt)))


list_results = st.lists(
    st.builds(
        ListResult,
        st.sampled_from(ListName),
        st.sampled_from(ListState),
        read=counts,
        added=counts,
        changed=counts,
        archived=counts,
        total=counts,
        problem=strings,
        push_problem=strings,
    ),
    max_size=7,
).map(tuple)
progresses = st.builds(
    lambda business, state, lists, problem, first, asked, seconds: replace(
        v.progress(
            state=state,
            lists=lists,
            problem=problem,
            first=first,
            requested_by=asked,
            finished_at=None if seconds is None else v.NOW + timedelta(seconds=seconds),
        ),
        business=business,
    ),
    businesses,
    st.sampled_from(RefreshState),
    list_results,
    strings,
    booleans,
    st.sampled_from(["", v.ADMIN]),
    st.none() | st.integers(0, 10**6),
)


@some
@given(progresses)
def test_slack_takes_every_refresh(progress: RefreshProgress) -> None:
    accepted(refresh_message(progress))


@some
@given(progresses, st.lists(st.tuples(strings, strings), max_size=30), strings)
def test_slack_takes_every_notice_of_a_refresh(
    progress: RefreshProgress, items: list[tuple[str, str]], tax_account: str
) -> None:
    affected = tuple(
        AffectedItem(
            v.item(number, details=v.details(supplier=supplier)), ((ListName.ACCOUNTS, Entry("0ca", name)),) * 6
        )
        for number, (supplier, name) in enumerate(items)
    )
    rules = tuple(
        replace(v.affected_rule(number, subject=Ref("0091", supplier)),
                entries=((ListName.ACCOUNTS, Entry("0ca", name)),) * 9)
        for number, (supplier, name) in enumerate(items)
    )  # fmt: skip
    shown = RefreshOutcome(progress.business, progress.refresh, affected, tax_account, rules)
    accepted(refreshed_message(shown))
    assert_only_our_markup(payload(refreshed_message(shown)))


@some
@given(st.lists(st.tuples(strings, strings, booleans), max_size=20), strings, strings, st.integers(0, 10**6), booleans)
def test_slack_takes_every_page_of_a_list(
    rows: list[tuple[str, str, bool]], words: str, problem: str, page: int, more: bool
) -> None:
    entries = tuple(Entry(f"{place:020}", name, number=number, archived=gone) for place, (name, number, gone)
                    in enumerate(rows))  # fmt: skip
    view = v.entry_page(found=Found(entries, more), words=words[:100], problem=problem, page=page)
    accepted(entries_message(view))
    assert_only_our_markup(payload(entries_message(view)))
    assert_values_hold_ids_only(payload(lists_message(v.standing(), words)))


@some
@given(progresses)
def test_no_refresh_lets_markup_through(progress: RefreshProgress) -> None:
    assert_only_our_markup(payload(refresh_message(progress)))


@some
@given(
    businesses,
    st.dictionaries(st.sampled_from(Role), st.integers(0, 60).map(lambda many: (v.ADMIN,) * many)),
    strings,
    st.sampled_from(TaxTreatment),
)
def test_slack_takes_every_settings_form(
    business: Business, roles: dict[Role, tuple[str, ...]], account: str, treatment: TaxTreatment
) -> None:
    held = {role: roles.get(role, ()) for role in Role}
    shown = replace(business, tax_treatment=treatment, tax_account_id="0ca01TAX")
    accepted_form(settings_modal(v.settings_form(business=shown, roles=held, tax_account=account)))


@some
@given(st.lists(st.tuples(strings, strings, strings), max_size=150), st.booleans())
def test_slack_takes_every_choice_of_entries(names: list[tuple[str, str, str]], more: bool) -> None:
    entries = tuple(
        Entry(f"0ca{place:017d}", name, f"p{place}", number) for place, (name, number, _) in enumerate(names)
    )
    found = Found(entries, more, {f"p{place}": parent for place, (_, _, parent) in enumerate(names)})
    shown = entry_options(found)
    assert hard(check_options(shown)) == []
    options = shown["option_groups"][0]["options"] if "option_groups" in shown else shown["options"]
    assert [one["value"] for one in options] == [entry.id for entry in entries[:100]]
    labels = [one["text"]["text"] for one in options]
    assert len(set(labels)) == len(labels)
    assert not names or ("option_groups" in shown) == (more or len(names) > 100)


@some
@given(strings)
def test_slack_takes_help_for_every_unknown_word(word: str) -> None:
    accepted(help_message(word))
    assert_only_our_markup(payload(help_message(word)))


@some
@given(counts, counts)
def test_slack_takes_every_result_of_an_intake(new: int, ready: int) -> None:
    accepted(intake_message(new, ready, "b1"))


@settings(some, max_examples=200)
@given(strings, st.integers(1, 400))
def test_foreign_text_is_never_markup_and_is_cut_to_length(text: str, most: int) -> None:
    shown = foreign(text, most)
    assert markup_of(shown) == ""
    bare = shown.replace("\u200b", "" if "\u200b" not in text else "\u200b")
    for escape, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        bare = bare.replace(escape, char)
    assert len(bare) <= most or "\u200b" in text
    assert "\n" not in shown
    for mark in "*_~`":
        assert all(shown[at - 1] == "\u200b" for at, char in enumerate(shown) if char == mark)


@settings(some, max_examples=200)
@given(st.text(alphabet="<>&@!#|UC0 abc", max_size=60))
def test_what_slack_unescapes_is_what_was_written(text: str) -> None:
    shown = foreign(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == " ".join(text.split())


@some
@given(strings, st.integers(1, 100))
def test_a_clipped_text_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(clip(text, most)) <= most
    assert clip(text, 10_000) == text or len(text) > 10_000


@some
@given(strings, filled)
def test_an_option_always_has_a_label_and_a_value(label: str, value: str) -> None:
    made = option(label, value)
    assert hard(check_options({"options": [made]})) == []
