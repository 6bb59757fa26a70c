"""Connecting: a single-use link and the sign-ins behind it. Nothing becomes live here: see `finishing.py`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import SecretStr

from bot.clients.bill import SyncToken
from bot.domain.connections import Provider, Signal
from bot.domain.links import ATTEMPT_LIFE, FINISH_LIFE, LINK_LIFE, Attempt, Link, Stage
from bot.domain.people import Right
from bot.domain.views.connecting import ConnectOffer
from bot.errors import ConflictError, InputError, NotFoundError, PermissionMissingError
from bot.services.access import StoredBillAccess, StoredDextAccess
from bot.services.base import Base, find_business
from bot.services.breaks import Breaks
from bot.services.health import secret_owner
from bot.services.people import require
from bot.services.transitions import Transitions
from storage import legs, links, people

LINK_DEAD = (
    "This link has been used, is older than 15 minutes, or belongs to a business that was disconnected since. Type "
    "`/dext connect` in Slack for a new one."
)
OVERTAKEN = (
    "Another admin connected this business while you were at it, so there is nothing left to do. What you signed in to "
    "was not kept. In Slack, `/dext status` shows the connection."
)
WRONG_BROWSER = (
    "This sign-in was begun in another browser, or too long ago. Type `/dext connect` in Slack to begin again."
)
_VERIFIER = "verifier"


@dataclass(frozen=True)
class Addresses:
    """Be the addresses a sign-in passes through."""

    public: str
    bill_authorize: str
    offers_sign_in: bool

    @property
    def bill_callback(self) -> str:
        """Return where Bill.com sends the browser back to."""
        return f"{self.public}/oauth/bill/callback"

    @property
    def dext_callback(self) -> str:
        """Return where Dext sends the browser back to."""
        return f"{self.public}/oauth/dext/callback"


def digest(secret: str) -> str:
    """Return what is stored of a link, a cookie or a state: a digest that opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Connecting:
    """Lead an admin from the link through both sign-ins."""

    def __init__(
        self,
        base: Base,
        breaks: Breaks,
        transitions: Transitions,
        addresses: Addresses,
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._base = base
        self._breaks = breaks
        self._transitions = transitions
        self._addresses = addresses
        self._new_secret = new_secret

    @property
    def offers_sign_in(self) -> bool:
        """Say whether Bill.com's sign-in redirect is offered besides the sync token."""
        return self._addresses.offers_sign_in

    def offer(self, workspace_id: str, user_id: str, channel_id: str, business_id: str = "") -> ConnectOffer:
        """Make a link for an admin; older ones of theirs stay valid until used or too old."""
        now, secret = self._base.clock(), self._new_secret()
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.CONNECT)
            link = Link(digest(secret), business.id, workspace_id, user_id, channel_id, now + LINK_LIFE)
            links.add(session, link, now)
            before = legs.connection(session, business.id)
        return ConnectOffer(business, f"{self._addresses.public}/connect/{secret}", link.expires_at, before)

    def look(self, secret: str) -> bool:
        """Say whether a link can still be used; looking spends nothing, link expanders look too."""
        with self._base.database.begin() as session:
            link = links.find(session, digest(secret))
        return link is not None and link.spent_at is None and link.expires_at > self._base.clock()

    def spend(self, secret: str) -> str:
        """Use a link up and begin an attempt; return the secret of the browser's cookie.

        Raises `ConflictError` when the link is spent or too old, or somebody connected since it was made,
        `NotAllowedError` when the person it was made for is no admin any more.
        """
        now, cookie = self._base.clock(), self._new_secret()
        with self._base.database.begin() as session:
            link = links.find(session, digest(secret))
            if link is None:
                raise ConflictError(LINK_DEAD)
            business = people.business(session, link.business_id, lock=True)
            require(session, business, link.user_id, Right.CONNECT)
            made_at = links.made_at(session, link.digest)
            connected = [legs.find(session, business.id, provider, lock=True) for provider in Provider]
            if made_at is not None and any(leg.connected_at and leg.connected_at > made_at for leg in connected):
                raise ConflictError(OVERTAKEN)
            if not links.spend(session, link.digest, now):
                raise ConflictError(LINK_DEAD)
            attempt = Attempt(
                id=self._base.new_id(),
                business_id=link.business_id,
                workspace_id=link.workspace_id,
                user_id=link.user_id,
                channel_id=link.channel_id,
                cookie_digest=digest(cookie),
                stage=Stage.BILL,
                expires_at=now + ATTEMPT_LIFE,
                begun_at=now,
            )
            links.add_attempt(session, attempt)
            for leg in connected:
                self._transitions.move(session, leg, Signal.BEGUN, by=link.user_id, reason=leg.reason)
            self._breaks.repairing(session, link.business_id, link.user_id)
        return cookie

    def attempt_of(self, cookie: str) -> Attempt:
        """Return the attempt that a browser is in; raise `ConflictError` when there is none alive."""
        with self._base.database.begin() as session:
            attempt = links.find_attempt_by_cookie(session, digest(cookie)) if cookie else None
        if attempt is not None and attempt.stage is Stage.OVERTAKEN:
            raise ConflictError(OVERTAKEN)
        if attempt is None or attempt.expires_at <= self._base.clock() or attempt.stage is Stage.DROPPED:
            raise ConflictError(WRONG_BROWSER)
        return attempt

    def enter_sync_token(self, cookie: str, name: str, value: str, organization_id: str) -> Attempt:
        """Test a sync token by a real sign-in and keep it for Finish; keep nothing that does not work.

        Raises `InputError` for an empty field, and what the sign-in raises (`CredentialsError.which`
        names the value to look at).
        """
        for field, text in (("token_name", name), ("token", value), ("organization_id", organization_id)):
            if not text.strip():
                raise InputError("Fill in all three fields.", field=field)
        attempt = self._at(cookie, Stage.BILL)
        token = SyncToken(name.strip(), SecretStr(value.strip()), organization_id.strip())
        opened = self._base.bill.sign_in(token)
        access = self._bill_access(attempt)
        access.keep_token(token)
        access.keep_session(opened)
        return self._signed_in_to_bill(attempt, access, "sync_token", opened.user_id)

    def begin_sign_in(self, cookie: str) -> str:
        """Return the address of Bill.com's sign-in page for this attempt."""
        if not self._addresses.offers_sign_in:
            raise ConflictError("Signing in at Bill.com is not set up for this bot. Use a sync token instead.")
        attempt = self._at(cookie, Stage.BILL)
        state, verifier = self._new_secret(), self._new_secret()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        with self._base.database.begin() as session:
            links.keep_attempt(session, replace(attempt, state_digest=digest(state)))
            self._base.vault.put(session, attempt.id, _VERIFIER, SecretStr(verifier))
        return self._base.bill.authorize_url(
            self._addresses.bill_authorize, self._addresses.bill_callback, state, challenge
        )

    def bill_callback(self, cookie: str, state: str, code: str) -> Attempt:
        """Take the code that Bill.com's sign-in brought back."""
        attempt = self._returned(cookie, Stage.BILL, state, code)
        with self._base.database.begin() as session:
            verifier = self._base.vault.find(session, attempt.id).get(_VERIFIER, SecretStr(""))
        grant = self._base.bill.exchange_code(code, self._addresses.bill_callback, verifier.get_secret_value())
        access = self._bill_access(attempt)
        access.keep_grant(grant)
        return self._signed_in_to_bill(attempt, access, "sign_in", grant.user_id)

    def begin_dext(self, cookie: str) -> str:
        """Return the address of Dext's sign-in page for this attempt."""
        attempt = self._at(cookie, Stage.DEXT)
        state = self._new_secret()
        with self._base.database.begin() as session:
            links.keep_attempt(session, replace(attempt, state_digest=digest(state)))
        return self._base.dext.authorize_url(self._addresses.dext_callback, state)

    def dext_callback(self, cookie: str, state: str, code: str) -> Attempt:
        """Take the code that Dext's sign-in brought back, and ask the admin in Slack to finish."""
        attempt = self._returned(cookie, Stage.DEXT, state, code)
        access = StoredDextAccess(self._base, candidate(attempt, Provider.DEXT))
        access.keep_grant(self._base.dext.exchange_code(code, self._addresses.dext_callback))
        account = self._base.dext.client(access).account()
        now = self._base.clock()
        signed_in = replace(
            attempt,
            stage=Stage.SIGNED_IN,
            state_digest="",
            dext_account_id=account.id,
            dext_users=", ".join(account.users[:3]),
            signed_in_at=now,
            expires_at=now + FINISH_LIFE,
        )
        with self._base.database.begin() as session:
            links.keep_attempt(session, signed_in)
            self._base.tell(session, "finish", attempt.id, attempt.business_id)
        return signed_in

    def _at(self, cookie: str, stage: Stage) -> Attempt:
        attempt = self.attempt_of(cookie)
        if attempt.stage is not stage:
            raise ConflictError("This step is done already. Go on where the page says, or back to Slack.")
        return attempt

    def _returned(self, cookie: str, stage: Stage, state: str, code: str) -> Attempt:
        """Check a browser that comes back from a sign-in: right browser, right step, a state used once."""
        attempt = self._at(cookie, stage)
        expected = attempt.state_digest
        if not state or not hmac.compare_digest(expected, digest(state)):
            raise ConflictError(WRONG_BROWSER)
        with self._base.database.begin() as session:
            if not links.take_state(session, attempt.id, digest(state)):
                raise ConflictError(WRONG_BROWSER)
        if not code:
            raise ConflictError("The sign-in was cancelled. Nothing was changed; you can try again.")
        return replace(attempt, state_digest="")

    def _signed_in_to_bill(self, attempt: Attempt, access: StoredBillAccess, mode: str, bill_user_id: str) -> Attempt:
        client = self._base.bill.client(access)
        organization = client.organization()
        try:
            user = client.user(bill_user_id)
            label = f"{user.name} ({user.email})" if user.email else user.name
        except (PermissionMissingError, NotFoundError):
            label = bill_user_id  # not every role may read users; the id still tells people apart
        kept = replace(
            attempt,
            stage=Stage.DEXT,
            mode=mode,
            organization_id=organization.id,
            organization_name=organization.name,
            bill_user=label,
            state_digest="",
        )
        with self._base.database.begin() as session:
            links.keep_attempt(session, kept)
        return kept

    def _bill_access(self, attempt: Attempt) -> StoredBillAccess:
        return StoredBillAccess(self._base, candidate(attempt, Provider.BILL))


def candidate(attempt: Attempt, provider: Provider) -> str:
    """Return the vault's owner for what an attempt signed in to, apart from what is live."""
    return secret_owner(attempt.workspace_id, attempt.id, provider)
