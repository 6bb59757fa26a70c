"""The yardstick: a loop that pages the same endpoints with httpx and upserts what it gets, and nothing else.

Arguments: the address of the canned replies and of a migrated database with a business. Prints wall and CPU seconds.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite

from benchmarks.canned import SIZES
from bot.services.reading import CHUNK
from storage.database import open_engine
from storage.tables_lists import entries

_KEY = ["business_id", "list", "id"]
_LISTS = dict(zip(SIZES, ("suppliers", "customers", "accounts", "classes", "locations", "approvers"), strict=True))


def copy(http: httpx.Client, engine: Engine, path: str) -> None:
    """Read one list and store it, a chunk a transaction."""
    kind = postgresql if engine.dialect.name == "postgresql" else sqlite
    held: list[dict[str, Any]] = []
    for archived in ("true", "false"):
        page = None
        while True:
            params = {"max": "100", "filters": f"archived:eq:{archived}", "sort": "createdTime:asc"}
            reply = http.get(path, params=params | ({"page": page} if page else {}))
            body = json.loads(reply.content)
            held += [_row(path, row) for row in body["results"]]
            page = body.get("nextPage")
            if len(held) >= CHUNK or (page is None and held):
                statement = kind.insert(entries)
                changed = {
                    name: statement.excluded[name] for name in held[0] if name not in ("business_id", "list", "id")
                }
                with engine.begin() as connection:
                    connection.execute(
                        statement.on_conflict_do_update(index_elements=["business_id", "list", "id"], set_=changed),
                        held,
                    )
                held = []
            if page is None:
                break


def _row(path: str, row: dict[str, Any]) -> dict[str, Any]:
    account = row.get("account") or {}
    return {
        "business_id": "bare",
        "list": _LISTS[path],
        "id": row["id"],
        "name": row["name"],
        "name_key": row["name"].casefold(),
        "parent_id": row.get("parentId"),
        "number": account.get("number", ""),
        "kind": account.get("type", ""),
        "archived": row["archived"],
        "digest": "",
        "pushed_digest": "",
        "seen_in": 1,
        "changed_in": 1,
        "added_in": 1,
        "archived_in": 0,
    }


def main(address: str, database: str) -> None:
    """Copy every list, three at once."""
    engine = open_engine(database)
    with engine.connect() as connection:
        connection.execute(entries.select().limit(1))
    with httpx.Client(base_url=address, timeout=20) as http:
        wall, cpu = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(3) as pool:
            for one in [pool.submit(copy, http, engine, path) for path in SIZES]:
                one.result()
        print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
