"""A process that answers like Bill.com, Dext and Slack, from bytes that were made once: it costs next to nothing.

It counts the list requests it gets; `GET /counts` tells and forgets them.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

SIZES = {
    "/v3/vendors": ("009", 50_000),
    "/v3/customers": ("0cu", 20_000),
    "/v3/classifications/chart-of-accounts": ("0ca", 9_900),
    "/v3/classifications/accounting-classes": ("cls", 10_000),
    "/v3/classifications/locations": ("loc", 10_000),
    "/v3/users": ("006", 100),
}
"""The lists and how long they are: 100,000 entries in all."""

_PAGE = 100
_WORDS = [
    "Acme",
    "Beta",
    "Cloud",
    "Delta",
    "Office",
    "Supplies",
    "Paper",
    "Trading",
    "Harbor",
    "Pine",
    "Stone",
    "River",
    "Consulting",
    "Services",
    "Group",
    "Ltd",
    "Inc",
    "Works",
    "Foods",
    "Travel",
    "Energy",
    "Legal",
    "Northern",
    "Southern",
    "Print",
    "Media",
]
_EMPTY = b'{"results": []}'
_FIXED = {
    "/v3/login": {"sessionId": "s" * 40, "organizationId": "00801BENCH", "userId": "00601BENCH"},
    "/v3/login/session": {"organizationId": "00801BENCH", "userId": "00601BENCH"},
    "/v3/funding-accounts/banks": {"results": []},
    "/api/auth.test": {"ok": True, "team_id": "T0BENCH", "team": "Bench", "user_id": "U0BOT"},
    "/api/chat.postMessage": {"ok": True, "channel": "C0BENCH", "ts": "1.000001"},
    "/api/chat.update": {"ok": True, "channel": "C0BENCH", "ts": "1.000001"},
    "/api/users.info": {"ok": True, "user": {"id": "U0ADMIN", "tz": "UTC", "name": "ada"}},
}
# Dext asks for a pause at once: what is measured is the reading, without the push.
_BUSY = json.dumps({"errorcode": 429, "errormessage": "later"}).encode()


def _pages(path: str) -> list[bytes]:
    prefix, size = SIZES[path]
    chance = random.Random(path)
    rows = []
    for number in range(size):
        name = f"{' '.join(chance.sample(_WORDS, 3))} {number}"
        row = {
            "id": f"{prefix}{number:017d}",
            "archived": False,
            "name": name,
            "createdTime": "2026-08-01T10:00:00.000+00:00",
            "updatedTime": "2026-09-01T10:00:00.000+00:00",
        }
        if prefix == "006":
            row |= {"firstName": name, "lastName": "X", "email": "a@example.com"}
        if prefix == "0ca":
            row |= {"account": {"type": "BANK" if number < 20 else "EXPENSE", "number": str(6000 + number)}}
        if prefix == "009":
            row |= {"billCurrency": "USD", "email": f"{number}@example.com", "accountType": "BUSINESS", "phone": "1"}
            row |= {"address": {"line1": f"{number} Pine Street", "city": "Portland", "country": "US"}}
        rows.append(row)
    pages = []
    for start in range(0, size, _PAGE):
        page: dict[str, object] = {"results": rows[start : start + _PAGE]}
        if start + _PAGE < size:
            page["nextPage"] = str(start // _PAGE + 1)
        pages.append(json.dumps(page).encode())
    return pages


class Canned(asyncio.Protocol):
    """Speak just enough HTTP/1.1 for clients that keep their connections."""

    pages: ClassVar[dict[str, list[bytes]]] = {}
    counts: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._held = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, rest = self._held.partition(b"\r\n\r\n")
            size = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
            )
            if len(rest) < size:
                return
            self._held = rest[size:]
            body = self._answer(head.split(b" ", 2)[1].decode())
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body
            )

    def _answer(self, target: str) -> bytes:
        url = urlsplit(target)
        if url.path == "/counts":
            told = json.dumps(self.counts).encode()
            self.counts.clear()
            return told
        if url.path in self.pages:
            self.counts[url.path] += 1
            query = dict(parse_qsl(url.query))
            filters = query.get("filters", "")
            if "archived:eq:true" in filters or "updatedTime" in filters:
                return _EMPTY
            return self.pages[url.path][int(query.get("page", "0"))]
        if url.path in _FIXED:
            return json.dumps(_FIXED[url.path]).encode()
        return _BUSY


async def _serve() -> None:
    Canned.pages = {path: _pages(path) for path in SIZES}
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with its parent: the end of standard input is the sign.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
