"""What is kept of messages and answers, and what of it anybody could read."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from bot.domain.lists import ListName
from bot.domain.work import Job, Queue
from bot.services.messages import Posted, digest
from tests.support.bench import ADMIN, APPROVER, CHANNEL, FINANCE, WORKSPACE, Bench

ADDRESS = "https://hooks.slack.test/actions/T001/1/very-secret"


def test_the_address_of_a_click_is_sealed_where_it_rests(bench: Bench) -> None:
    bench.messages.answer(WORKSPACE, FINANCE, CHANNEL, "Done.", [{"type": "divider"}], ADDRESS)
    (job,) = bench.work.named("tell")
    assert "very-secret" not in str(bench.rows("SELECT * FROM answers"))
    assert b"very-secret" not in b"".join(bytes(row.reply_to) for row in bench.rows("SELECT reply_to FROM answers"))
    assert "very-secret" not in str(job)
    kept = bench.messages.unsent(job.args[1])
    assert kept is not None
    answer, address = kept
    assert (answer.text, answer.user_id) == ("Done.", FINANCE)
    assert address is not None
    assert address.get_secret_value() == ADDRESS
    assert ADDRESS not in repr(kept)


def test_a_delivered_answer_is_not_delivered_again_and_keeps_no_text(bench: Bench) -> None:
    bench.messages.answer(WORKSPACE, FINANCE, CHANNEL, "Done.", [], ADDRESS)
    (job,) = bench.work.named("tell")
    bench.messages.note_sent(job.args[1])
    assert bench.messages.unsent(job.args[1]) is None
    (row,) = bench.rows("SELECT text, reply_to FROM answers")
    assert tuple(row) == ("", None)


def test_an_answer_without_an_address_has_none(bench: Bench) -> None:
    bench.messages.answer(WORKSPACE, FINANCE, CHANNEL, "Done.", [])
    kept = bench.messages.unsent(bench.work.named("tell")[0].args[1])
    assert kept is not None
    assert kept[1] is None


def test_old_answers_are_forgotten(bench: Bench) -> None:
    bench.messages.answer(WORKSPACE, FINANCE, CHANNEL, "Done.", [])
    bench.clock.pass_by(days=3)
    bench.messages.sweep()
    assert len(bench.rows("SELECT id FROM answers")) == 1
    bench.clock.pass_by(seconds=1)
    bench.messages.sweep()
    assert bench.rows("SELECT id FROM answers") == []


def test_a_message_is_remembered_by_its_key(bench: Bench) -> None:
    assert bench.messages.posted("card:1") is None
    bench.messages.keep_posted("card:1", Posted("C1", "1.0", "a"))
    bench.messages.keep_posted("card:1", Posted("C1", "2.0", "b"))
    assert bench.messages.posted("card:1") == Posted("C1", "2.0", "b")
    assert bench.messages.recently_written("card:1", timedelta(seconds=3))
    bench.clock.pass_by(seconds=3)
    assert not bench.messages.recently_written("card:1", timedelta(seconds=3))
    bench.messages.forget_posted("card:1")
    assert bench.messages.posted("card:1") is None


def test_a_digest_tells_what_a_message_says(bench: Bench) -> None:
    said = digest("Hello", [{"type": "divider", "block_id": "a"}])
    assert said == digest("Hello", [{"block_id": "a", "type": "divider"}])
    assert said != digest("Hello", [])


def test_jobs_carry_ids_and_nothing_else(bench: Bench) -> None:
    """Durable work keeps arguments readable: over a whole story no secret, name or amount is in one."""
    bench.approved(paid=True)
    bench.refreshing.request(WORKSPACE, ADMIN, CHANNEL)
    bench.intake.request(WORKSPACE, APPROVER)
    bench.messages.answer(WORKSPACE, FINANCE, CHANNEL, "Some text", [], ADDRESS)
    bench.work_off()
    known = {
        CHANNEL,
        WORKSPACE,
        ADMIN,
        APPROVER,
        FINANCE,
        "",
        "card",
        "outcome",
        "finish",
        "refresh",
        "refreshed",
        *ListName,
        "answer",
        "break",
        "home",
    }
    assert len({job.name for job in bench.work.asked}) >= 4
    for job in bench.work.asked:
        for argument in job.args:
            assert argument in known or (argument.startswith("id") and argument[2:].isdigit()), job
        assert job.partition == "" or job.partition in job.args or job.partition == bench.business_id
        assert (job.partition != "") == (job.queue is not Queue.GENERAL), job
    assert {field.name for field in fields(Job)} == {"name", "id", "args", "queue", "partition", "delay"}
