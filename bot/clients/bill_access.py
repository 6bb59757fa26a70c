"""What opens Bill.com's door: credentials, sessions, and where they live between calls."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

SERVICE = "Bill.com"
"""What people call it."""


@dataclass(frozen=True)
class SyncToken:
    """Be a token an administrator made in Bill.com, with the organisation it belongs to.

    `name` and `value` take the place of user name and password (docs/bill-com.md, sign-in).
    """

    name: str
    value: SecretStr
    organization_id: str


@dataclass(frozen=True)
class BillGrant:
    """Be what the redirect arrangement gives; both tokens may be replaced at every refresh.

    `expires_at` is aware UTC, None when Bill.com did not say.
    """

    access_token: SecretStr
    refresh_token: SecretStr
    expires_at: datetime | None
    organization_id: str
    user_id: str


@dataclass(frozen=True)
class BillSession:
    """Be a session made with a sync token; it ends after 48 idle hours (docs/bill-com.md, sign-in)."""

    session_id: SecretStr
    organization_id: str
    user_id: str


class BillAccess(Protocol):
    """Say where the credentials and the session of one connection live; thread-safe.

    `session` and `credentials` must read afresh, because another thread or process may have
    renewed them. `replace_grant` is called before a new grant is used, `keep_session` with None
    when the session is of no use any more.
    """

    def credentials(self) -> SyncToken | BillGrant:
        """Return the present credentials."""
        ...

    def session(self) -> BillSession | None:
        """Return the session that is kept, None without one."""
        ...

    def renewing(self) -> AbstractContextManager[None]:
        """Keep other processes from renewing them; raises UnavailableError when one takes too long."""
        ...

    def keep_session(self, session: BillSession | None) -> None:
        """Keep a session, or forget the one that was kept."""
        ...

    def replace_grant(self, old: BillGrant, new: BillGrant) -> None:
        """Keep a renewed grant, unless the old one is not the one that is kept any more."""
        ...


@dataclass(frozen=True)
class BillApp:
    """Be this product towards Bill.com: its developer key and, for the redirect arrangement, its OAuth client."""

    developer_key: SecretStr
    client_id: str | None
    client_secret: SecretStr | None


Ticket = BillSession | BillGrant
"""What a request shows at the door."""
