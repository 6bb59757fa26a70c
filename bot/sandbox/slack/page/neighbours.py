"""Forward the page's wishes to the control APIs of the pretend Bill.com and Dext."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

KNOWN = ("bill", "dext")
_PATH = re.compile(r"[a-z][a-z-]*")
_SECONDS = 30.0


class NeighbourError(Exception):
    """An address is none of this machine, or a name is unknown."""


class Neighbours:
    """Know where the other pretend services are. Only loopback addresses are taken."""

    def __init__(
        self, addresses: Mapping[str, str] | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._addresses: dict[str, str] = {}
        self._transport = transport
        self.set(addresses or {})

    @property
    def addresses(self) -> Mapping[str, str]:
        """Return the addresses by name."""
        return self._addresses

    def set(self, addresses: Mapping[str, Any]) -> None:
        """Replace the addresses; raise NeighbourError for one that is not loopback HTTP."""
        self._addresses = {name: _checked(name, address) for name, address in addresses.items()}

    async def forward(self, request: Request) -> Response:
        """Answer `/_neighbours/{name}/{path}` with what `{address}/_control/{path}` answers."""
        name, path = request.path_params["name"], request.path_params["path"]
        address = self._addresses.get(name)
        if address is None:
            return JSONResponse({"error": f"the pretend {name} is not there"}, 404)
        if _PATH.fullmatch(path) is None:
            return JSONResponse({"error": "no such control call"}, 404)
        transport = self._transport or httpx.AsyncHTTPTransport(trust_env=False)
        try:
            async with httpx.AsyncClient(transport=transport, timeout=_SECONDS, trust_env=False) as client:
                reply = await client.request(
                    request.method,
                    f"{address}/_control/{path}",
                    params=dict(request.query_params),
                    content=await request.body(),
                    headers={"content-type": "application/json"},
                )
        except httpx.TransportError as broken:
            return JSONResponse({"error": f"the pretend {name} does not answer: {type(broken).__name__}"}, 502)
        return Response(reply.content, reply.status_code, media_type="application/json")


def _checked(name: str, address: Any) -> str:
    if name not in KNOWN:
        raise NeighbourError(f"there is no neighbour {name!r}")
    if not isinstance(address, str):
        raise NeighbourError(f"the address of {name} must be text")
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as wrong:
        raise NeighbourError(f"the address of {name} is no address") from wrong
    if url.scheme != "http" or not _is_loopback(url.host) or url.userinfo or url.path not in ("", "/"):
        raise NeighbourError(f"the address of {name} must be http:// on this machine")
    return address.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
