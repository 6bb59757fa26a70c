"""A process that asks Bill.com for suppliers, three threads at once, as the bot does beside other processes.

Arguments: the database's address, Bill.com's, and what signs in there, as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.clients.bill import AT_ONCE, BillApp, BillGateway, SyncToken, Turns
from bot.clients.http import upstream_client
from bot.clients.quota import Quota
from bot.domain.lists import ListName
from storage.database import open_lock_engine
from storage.places import Places
from tests.clients.doubles import Access


def main(database_url: str, address: str, seen: str) -> None:
    """Ask thirty times in every thread; print how many answers came."""
    who = json.loads(seen)
    places, http = Places(open_lock_engine(database_url), AT_ONCE), upstream_client(address)
    gateway = BillGateway(
        http, None, BillApp(SecretStr(who["devKey"]), None, SecretStr("")), Quota(), lambda: datetime.now(UTC),
        time.sleep, Turns(places.of),
    )  # fmt: skip
    token = SyncToken(who["name"], SecretStr(who["value"]), who["organization"])
    access = Access(token, gateway.sign_in(token))
    answers: list[int] = []
    _say("ready")
    sys.stdin.readline()

    def ask() -> None:
        for _ in range(30):
            answers.append(len(gateway.client(access).page(ListName.SUPPLIERS).entries))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places.close()
    http.close()
    _say(str(len(answers)))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
