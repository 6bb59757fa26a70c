"""Every error the bot raises on purpose, in one tree.

    BotError
    ├── SettingsError               the environment is incomplete or wrong
    ├── NotFoundError               nothing of ours has that id
    ├── NotAllowedError             the person lacks the role for it
    ├── ConflictError               true when it was asked, no longer true now
    │   └── AmbiguousError          several businesses could be meant
    ├── InputError                  what a person typed cannot be used
    │   └── FormError               several fields of a form cannot be used
    ├── VaultError                  a secret cannot be opened with the keys we have
    └── UpstreamError               somebody else's service
        ├── UnavailableError        it did not answer, or answered 5xx; nothing was done
        ├── OutcomeUnknownError     a write was sent and no answer came: it may have been done
        ├── GarbledReplyError       it answered something we cannot read
        ├── RateLimitedError        too many requests; try later
        │   └── QuotaError          the hourly quota of the developer key is spent
        ├── RefusedError            it understood and said no
        │   ├── InvalidFieldError   a field is missing, too long or malformed
        │   ├── DuplicateError      it already has one like this
        │   └── NoSuchEntryError    it has no such object
        └── AuthError               it does not let us in
            ├── SessionEndedError   the session idled out; signing in again mends it
            ├── CredentialsError    user, token, key or organisation is wrong
            ├── TokenRevokedError   the OAuth grant is gone; an admin must reconnect
            ├── PermissionMissingError   signed in, but this operation is not permitted
            ├── MfaRequiredError    the operation demands a second factor
            └── LockedOutError      the organisation is locked for some minutes

Each has a stable `code` for logs and a `user_message` for people that says what
to do next. Details of a vendor (`BDC_1109`) belong in `detail`, which only logs see.
"""

from __future__ import annotations

from collections.abc import Mapping


class BotError(Exception):
    """Base of all errors raised on purpose."""

    code = "error"
    user_message = "Something went wrong on our side. Nothing was changed; please try again."

    def __init__(self, user_message: str | None = None, *, detail: str = "") -> None:
        self.user_message = user_message or self.user_message
        self.detail = detail
        super().__init__(f"{self.code}: {detail or self.user_message}")


class SettingsError(BotError):
    """The environment is incomplete or wrong; the message has one line a setting."""

    code = "settings"


class NotFoundError(BotError):
    """Nothing of ours has the id that was asked for."""

    code = "not_found"
    user_message = "I can't find that any more. Type `/dext` to see where things stand."


class NotAllowedError(BotError):
    """The person lacks the role for what was asked.

    `business_id` and `right` are set where an admin could give it: then the person is offered to ask one.
    """

    code = "not_allowed"

    def __init__(self, user_message: str, *, business_id: str = "", right: str = "", detail: str = "") -> None:
        self.business_id = business_id
        self.right = right
        super().__init__(user_message, detail=detail)


class ConflictError(BotError):
    """What was asked was possible when the message was written and no longer is."""

    code = "conflict"


class AmbiguousError(ConflictError):
    """Several businesses could be meant: the person is asked which."""

    code = "ambiguous"
    user_message = "Which business? Type it in the channel of the one you mean."


class InputError(BotError):
    """What a person typed cannot be used; `field` names the form field where there is one."""

    code = "input"

    def __init__(self, user_message: str, *, field: str = "", detail: str = "") -> None:
        self.field = field
        super().__init__(user_message, detail=detail)


class FormError(InputError):
    """Several fields of a form cannot be used; `errors` says what is wrong with each."""

    code = "form"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        field, message = next(iter(self.errors.items()))
        super().__init__(message, field=field)


class VaultError(BotError):
    """A secret cannot be opened with the keys we have."""

    code = "vault"
    user_message = "A stored credential can't be read. An operator has to check the encryption keys."


class UpstreamError(BotError):
    """Base of what goes wrong with somebody else's service; `service` names it for people."""

    code = "upstream"

    def __init__(self, user_message: str | None = None, *, service: str = "", detail: str = "") -> None:
        self.service = service
        super().__init__(user_message, detail=detail)


class UnavailableError(UpstreamError):
    """The service did not answer or answered 5xx, and nothing was done there."""

    code = "unavailable"


class OutcomeUnknownError(UpstreamError):
    """A write was sent and no usable answer came: it may or may not have been done."""

    code = "outcome_unknown"


class GarbledReplyError(UpstreamError):
    """The service answered something that cannot be read."""

    code = "garbled"


class RateLimitedError(UpstreamError):
    """The service asks us to slow down; `retry_after` is in seconds."""

    code = "rate_limited"

    def __init__(
        self, user_message: str | None = None, *, service: str = "", detail: str = "", retry_after: float = 5.0
    ) -> None:
        self.retry_after = retry_after
        super().__init__(user_message, service=service, detail=detail)


class QuotaError(RateLimitedError):
    """The hourly quota of the developer key is spent."""

    code = "quota"


class RefusedError(UpstreamError):
    """The service understood the request and said no; `reason` is its text, for people."""

    code = "refused"

    def __init__(
        self, user_message: str | None = None, *, service: str = "", detail: str = "", reason: str = ""
    ) -> None:
        self.reason = reason
        super().__init__(user_message, service=service, detail=detail)


class InvalidFieldError(RefusedError):
    """A field is missing, too long or malformed."""

    code = "invalid_field"


class DuplicateError(RefusedError):
    """The service already has one like this: reconcile, do not simply fail."""

    code = "duplicate"


class NoSuchEntryError(RefusedError):
    """The service has no such object."""

    code = "no_such_entry"


class AuthError(UpstreamError):
    """Base of refusals that concern who we are."""

    code = "auth"


class SessionEndedError(AuthError):
    """The session idled out; signing in again mends it silently."""

    code = "session_ended"


class CredentialsError(AuthError):
    """User, token, key or organisation is wrong; `which` names the value to look at.

    `which` is one of `token_name_or_value`, `developer_key`, `organization_id`, `client`.
    """

    code = "credentials"

    def __init__(
        self, user_message: str | None = None, *, service: str = "", detail: str = "", which: str = ""
    ) -> None:
        self.which = which
        super().__init__(user_message, service=service, detail=detail)


class TokenRevokedError(AuthError):
    """The OAuth grant is gone: an admin must reconnect."""

    code = "token_revoked"


class PermissionMissingError(AuthError):
    """Signed in, but this operation is not permitted; signing in again does not help."""

    code = "permission_missing"


class MfaRequiredError(AuthError):
    """The operation demands a second factor; signing in again does not help."""

    code = "mfa_required"


class LockedOutError(AuthError):
    """The organisation is locked for some minutes."""

    code = "locked_out"
