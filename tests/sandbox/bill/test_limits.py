from __future__ import annotations

import asyncio

import httpx
import pytest

from .harness import Bench, refused


def at_once(bench: Bench, *headers: dict[str, str]) -> list[httpx.Response]:
    async def gather() -> list[httpx.Response]:
        async with bench.client() as client:
            return list(await asyncio.gather(*(client.get("/v3/vendors", headers=sent) for sent in headers)))

    return asyncio.run(gather())


def test_three_at_once_pass_and_a_fourth_is_refused(bench: Bench) -> None:
    bench.control("switches", latency=0.05)
    assert [reply.status_code for reply in at_once(bench, *[bench.session] * 3)] == [200] * 3
    replies = at_once(bench, *[bench.session] * 5)
    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 429, 429]
    refused(max(replies, key=lambda reply: reply.status_code), 429, "BDC_1322")
    assert bench.get("/v3/vendors").status_code == 200


def test_the_status_of_limits_can_be_set(bench: Bench) -> None:
    bench.control("switches", latency=0.05, limit_status=422, concurrency=1)
    replies = at_once(bench, *[bench.session] * 2)
    refused(max(replies, key=lambda reply: reply.status_code), 422, "BDC_1322")


def test_organizations_and_keys_count_apart(bench: Bench) -> None:
    bench.control("switches", latency=0.05)
    mine = bench.session
    bench.login(organization=bench.other_organization)
    other_organization = bench.session
    maya = bench.user("maya")
    bench.log_in_with(maya["email"], maya["password"], bench.organization, bench.credentials["otherDevKey"])
    replies = at_once(bench, *[mine] * 3, *[other_organization] * 3, *[bench.session] * 3)
    assert {reply.status_code for reply in replies} == {200}


def test_two_sessions_of_one_key_and_organization_count_together(bench: Bench) -> None:
    bench.control("switches", latency=0.05)
    mine = bench.session
    bench.login_with_token()
    replies = at_once(bench, *[mine] * 2, *[bench.session] * 2)
    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 429]


def test_access_tokens_count_too(bench: Bench) -> None:
    bench.connect()
    bench.control("switches", latency=0.05)
    assert sorted(reply.status_code for reply in at_once(bench, *[bench.session] * 4)) == [200, 200, 200, 429]


def test_a_request_held_by_a_fault_counts(bench: Bench) -> None:
    bench.control("faults", path="/v3/bills", action="hold", times=3)

    async def story() -> list[int]:
        async with bench.client() as client:
            held = [asyncio.create_task(client.get("/v3/bills", headers=bench.session)) for _ in range(3)]
            while (await client.get("/_control/holding")).json()["holding"] < 3:
                await asyncio.sleep(0.01)
            refused_one = await client.get("/v3/vendors", headers=bench.session)
            await client.post("/_control/release")
            done = [(await task).status_code for task in held]
            return [
                refused_one.status_code,
                *done,
                (await client.get("/v3/vendors", headers=bench.session)).status_code,
            ]

    assert asyncio.run(story()) == [429, 200, 200, 200, 200]


@pytest.mark.parametrize("status", [429, 422])
def test_the_hourly_quota_of_requests_ends_with_the_hour(bench: Bench, status: int) -> None:
    bench.control("switches", request_quota=5, limit_status=status)
    replies = [bench.get("/v3/vendors") for _ in range(6)]
    refused(replies[-1], status, "BDC_1144")
    assert replies[0].status_code == 200
    bench.clock.advance(3600)
    bench.login()
    assert bench.get("/v3/vendors").status_code == 200


def test_log_ins_have_a_quota_of_their_own(bench: Bench) -> None:
    bench.control("switches", login_quota=3)
    assert bench.login().status_code == 200
    bench.log_in_with("nobody", "wrong", bench.organization)
    refused(bench.login(), 429, "BDC_1144")
    assert bench.get("/v3/vendors").status_code == 200
    bench.clock.advance(3600)
    assert bench.login().status_code == 200
