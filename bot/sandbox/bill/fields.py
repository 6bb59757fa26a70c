"""Read a request's JSON field by field and collect everything that is wrong with it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from bot.sandbox.bill import errors
from bot.sandbox.bill.errors import BillRefusal, Problem
from bot.sandbox.bill.times import parse_day

LARGEST = Decimal(10) ** 12
"""No amount may be above this; the real limit is not published."""


def parse_json(body: bytes, content_type: str) -> Any:
    """Return the JSON of a body, numbers with a point as `Decimal`; anything else is 400 BDC_1122."""
    if content_type.split(";")[0].strip().lower() != "application/json":
        raise errors.refuse(400, errors.BAD_JSON, "The content-type header must be application/json.")
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError:
        raise errors.refuse(400, errors.BAD_JSON, "The request body is not valid JSON.") from None


def parse_object(body: bytes, content_type: str) -> dict[str, Any]:
    """Return the JSON object of a body."""
    data = parse_json(body, content_type)
    if not isinstance(data, dict):
        raise errors.refuse(400, errors.BAD_JSON, "The request body must be a JSON object.")
    return data


class Fields:
    """Read one JSON object strictly; sub-objects share the list of problems.

    A null counts as a field that was not sent. With `partial`, nothing is required
    (for PATCH). Call `check` when all is read: it raises what was found, 400 before 422.
    """

    def __init__(
        self, data: dict[str, Any], *, path: str = "", problems: list[Problem] | None = None, partial: bool = False
    ) -> None:
        self._data = {name: value for name, value in data.items() if value is not None}
        self._path = path
        self.problems: list[Problem] = [] if problems is None else problems
        self.partial = partial

    def allow(self, *names: str) -> None:
        """Refuse every field that is not named here (BDC_1119)."""
        for name in sorted(set(self._data) - set(names)):
            self._wrong(errors.UNKNOWN_FIELD, name, "is not a field of this request")

    def has(self, name: str) -> bool:
        """Say whether the field was sent with a value."""
        return name in self._data

    def text(self, name: str, *, required: bool = False, longest: int = 255) -> str | None:
        """Return a text of at most `longest` characters."""
        value = self._data.get(name)
        if value is None or value == "":
            if required:
                self._missing(name, "must not be blank")
            return None
        if not isinstance(value, str):
            self.invalid(name, "must be a text")
            return None
        if not value.strip() and required:
            self._missing(name, "must not be blank")
            return None
        if len(value) > longest:
            self.invalid(name, f"size must be between 0 and {longest}")
            return None
        return value

    def day(self, name: str, *, required: bool = False) -> str | None:
        """Return a date as it was written, yyyy-MM-dd."""
        value = self._data.get(name)
        if value is None:
            if required:
                self._missing(name, "must not be null")
            return None
        if not isinstance(value, str) or parse_day(value) is None:
            self.invalid(name, "must be a date in the format yyyy-MM-dd")
            return None
        return value

    def flag(self, name: str) -> bool | None:
        """Return a boolean."""
        value = self._data.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.invalid(name, "must be true or false")
        return None

    def choice(self, name: str, options: tuple[str, ...], *, required: bool = False) -> str | None:
        """Return one of the `options`."""
        value = self._data.get(name)
        if value is None:
            if required:
                self._missing(name, "must not be null")
            return None
        if value not in options:
            self.invalid(name, "is not one of the accepted values")
            return None
        return str(value)

    def number(self, name: str, *, decimals: int = 2, required: bool = False) -> Decimal | None:
        """Return a JSON number that is not negative and has at most `decimals` places."""
        value = self._data.get(name)
        if value is None:
            if required:
                self._missing(name, "must not be null")
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.invalid(name, "must be a number")
            return None
        amount = Decimal(value)
        if amount > LARGEST:
            self.invalid(name, "is too large")
            return None
        if amount < 0:
            self.invalid(name, "must be greater than or equal to 0")
            return None
        if amount != round(amount, decimals):
            self.invalid(name, f"must have at most {decimals} decimal places")
            return None
        return round(amount, decimals)

    def part(self, name: str, *, required: bool = False) -> Fields | None:
        """Return a sub-object's fields."""
        value = self._data.get(name)
        if value is None:
            if required:
                self._missing(name, "must not be null")
            return None
        if not isinstance(value, dict):
            self.invalid(name, "must be an object")
            return None
        return Fields(value, path=f"{self._path}{name}.", problems=self.problems, partial=self.partial)

    def parts(self, name: str, *, required: bool = False) -> list[Fields]:
        """Return the fields of each object in an array, which may not be empty when required."""
        value = self._data.get(name)
        if value is None or value == []:
            if required:
                self._missing(name, "must not be empty")
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.invalid(name, "must be an array of objects")
            return []
        return [
            Fields(entry, path=f"{self._path}{name}[{index}].", problems=self.problems, partial=self.partial)
            for index, entry in enumerate(value)
        ]

    def invalid(self, name: str, why: str) -> None:
        """Note that a field's value is wrong (400 BDC_1143)."""
        self._wrong(errors.BAD_VALUE, name, why)

    def rule(self, name: str, code: str, why: str) -> None:
        """Note that a well-formed field breaks a rule of the business (422)."""
        path = self._path + name
        self.problems.append(Problem(422, code, f"{path}: {why}", path, str(self._data.get(name, ""))))

    def check(self) -> None:
        """Raise the problems that were found, if any."""
        if not self.problems:
            return
        worst = min(problem.status for problem in self.problems)
        raise BillRefusal(*(problem for problem in self.problems if problem.status == worst))

    def _missing(self, name: str, why: str) -> None:
        if not self.partial or name in self._data:
            self.invalid(name, why)

    def _wrong(self, code: str, name: str, why: str) -> None:
        path = self._path + name
        self.problems.append(Problem(400, code, f"{path}: {why}", path, str(self._data.get(name, ""))))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
