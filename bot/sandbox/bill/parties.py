"""Vendors and customers: what may be sent, and the address a vendor must have."""

from __future__ import annotations

from decimal import Decimal

from bot.sandbox.bill import errors
from bot.sandbox.bill.fields import Fields
from bot.sandbox.bill.state import Row

PARTY_TYPES = ("BUSINESS", "PERSON", "NONE", "UNDEFINED")
COUNTRY_NAMES = {"US": "United States", "CA": "Canada", "GB": "United Kingdom", "DE": "Germany", "JP": "Japan"}
_BANK = ("nameOnAccount", "accountNumber", "routingNumber", "type", "ownerType", "paymentCurrency")


def read_vendor(fields: Fields) -> Row:
    """Return a vendor as it was sent, with what Bill.com adds to a new one."""
    fields.allow(
        "name",
        "shortName",
        "accountNumber",
        "accountType",
        "email",
        "phone",
        "address",
        "paymentInformation",
        "additionalInfo",
        "billCurrency",
        "autoPay",
    )
    if fields.has("autoPay"):
        raise errors.refuse(403, errors.NOT_TRUSTED, "Setting autoPay needs an MFA trusted session.")
    row: Row = {
        "name": fields.text("name", required=True, longest=100),
        "shortName": fields.text("shortName", longest=40),
        "accountNumber": fields.text("accountNumber", longest=100),
        "accountType": fields.choice("accountType", PARTY_TYPES),
        "email": _email(fields),
        "phone": fields.text("phone", longest=40),
        "address": read_address(fields, "address", required=True),
        "paymentInformation": _payment_information(fields),
        "additionalInfo": _additional_info(fields),
        "billCurrency": _currency(fields, "billCurrency"),
    }
    return row if fields.partial else {**new_vendor(row), **{k: v for k, v in row.items() if v is not None}}


def new_vendor(row: Row) -> Row:
    """Return what a new vendor has besides what was sent."""
    return {
        "accountType": "NONE",
        "paymentInformation": {"payeeName": row["name"], "payByType": "OFFLINE"},
        "bankAccountStatus": "UNDEFINED",
        "recurringPayments": False,
        "billCurrency": "USD",
        "balance": {"amount": Decimal(0)},
        "networkStatus": "NOT_CONNECTED",
    }


def read_customer(fields: Fields) -> Row:
    """Return a customer as it was sent, with what Bill.com adds to a new one."""
    fields.allow(
        "name",
        "companyName",
        "contact",
        "email",
        "accountType",
        "phone",
        "fax",
        "description",
        "invoiceCurrency",
        "paymentTermId",
        "accountNumber",
        "billingAddress",
        "shippingAddress",
    )
    contact = fields.part("contact")
    row: Row = {
        "name": fields.text("name", required=True, longest=100),
        "companyName": fields.text("companyName", longest=100),
        "contact": _texts(contact, "firstName", "lastName"),
        "email": _email(fields),
        "accountType": fields.choice("accountType", PARTY_TYPES),
        "phone": fields.text("phone", longest=40),
        "fax": fields.text("fax", longest=40),
        "description": fields.text("description", longest=4000),
        "invoiceCurrency": _currency(fields, "invoiceCurrency"),
        "paymentTermId": fields.text("paymentTermId"),
        "accountNumber": fields.text("accountNumber", longest=100),
        "billingAddress": read_address(fields, "billingAddress"),
        "shippingAddress": read_address(fields, "shippingAddress"),
    }
    added: Row = {"accountType": "NONE", "invoiceCurrency": "USD", "balance": {"amount": Decimal(0)}}
    return row if fields.partial else {**added, **{name: value for name, value in row.items() if value is not None}}


def read_address(fields: Fields, name: str, *, required: bool = False) -> Row | None:
    """Return an address; in the US it needs a state."""
    part = fields.part(name, required=required)
    if part is None:
        return None
    part.allow("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country", "countryName")
    country = part.text("country", required=True, longest=2)
    if country is not None and not (len(country) == 2 and country.isalpha() and country.isupper()):
        part.invalid("country", "must be a two-letter country code")
    return {
        "line1": part.text("line1", required=True, longest=100),
        "line2": part.text("line2", longest=100),
        "city": part.text("city", required=True, longest=50),
        "stateOrProvince": part.text("stateOrProvince", required=country == "US", longest=50),
        "zipOrPostalCode": part.text("zipOrPostalCode", required=True, longest=20),
        "country": country,
        "countryName": COUNTRY_NAMES.get(country or "", country),
    }


def _email(fields: Fields) -> str | None:
    email = fields.text("email", longest=128)
    if email is not None and ("@" not in email or " " in email):
        fields.invalid("email", "must be a well-formed email address")
    return email


def _currency(fields: Fields, name: str) -> str | None:
    currency = fields.text(name, longest=3)
    if currency is not None and not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        fields.invalid(name, "is not one of the accepted values")
    return currency


def _payment_information(fields: Fields) -> Row | None:
    part = fields.part("paymentInformation")
    if part is None:
        return None
    part.allow("payeeName", "email", "payByType", "payBySubType", "bankAccount", "paymentPurpose")
    bank = part.part("bankAccount")
    account = _texts(bank, *_BANK)
    if bank is not None:
        bank.allow(*_BANK)
    if account and account["accountNumber"]:
        account["accountNumber"] = "*" * 6 + account["accountNumber"][-4:]
    return {**(_texts(part, "payeeName", "email", "payByType", "payBySubType") or {}), "bankAccount": account}


def _additional_info(fields: Fields) -> Row | None:
    part = fields.part("additionalInfo")
    if part is None:
        return None
    part.allow("taxId", "taxIdType", "track1099", "leadTimeInDays", "combinePayments", "paymentTermId", "companyName")
    return {
        **(_texts(part, "taxId", "taxIdType", "paymentTermId", "companyName") or {}),
        "track1099": part.flag("track1099"),
        "leadTimeInDays": part.number("leadTimeInDays", decimals=0),
        "combinePayments": part.flag("combinePayments"),
    }


def _texts(part: Fields | None, *names: str) -> Row | None:
    return None if part is None else {name: part.text(name) for name in names}
