"""The HTML of the sign-in pages: plain, without scripts or files of its own."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from bot.sandbox.bill.state import Organization, Person

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;background:#f4f2ee;color:#222;margin:0}
main{max-width:26rem;margin:3rem auto;background:#fff;padding:2rem;border-radius:.75rem;box-shadow:0 1px 4px #0002}
.sandbox{background:#7a3e00;color:#fff;text-align:center;padding:.5rem;font-weight:600}
h1{font-size:1.35rem;margin:0 0 1rem}
label{display:block;margin:.75rem 0 .25rem}
input[type=email],input[type=password]{width:100%;box-sizing:border-box;padding:.5rem;font:inherit;
 border:1px solid #888;border-radius:.4rem}
fieldset{border:1px solid #ccc;border-radius:.4rem;margin:0 0 1rem}
button{font:inherit;padding:.5rem 1.25rem;border-radius:.4rem;border:1px solid #555;background:#fff;
 margin:1rem .5rem 0 0;cursor:pointer}
button.main{background:#1d5c3f;color:#fff;border-color:#1d5c3f}
.wrong{background:#fde8e6;border:1px solid #b3261e;padding:.5rem .75rem;border-radius:.4rem}
table{font-size:.85rem;margin-top:1.5rem;border-collapse:collapse}td{padding:.1rem .6rem .1rem 0}
"""


def sign_in_page(
    ticket: str, people: list[Person], names: Mapping[str, str], *, wrong: bool = False, email: str = "", fill: str = ""
) -> str:
    """Return the page that asks for e-mail and password, with the sandbox's people below.

    `names` are the organizations' by id; the form holds what the person `fill` signs in with.
    """
    note = '<p class="wrong" role="alert">That e-mail or password is wrong.</p>' if wrong else ""
    chosen = next((person for person in people if person.email == fill), None)
    email, password = (chosen.email, chosen.password) if chosen else (email, "")
    there = " autofocus" if chosen else ""
    rows = "".join(
        f"<tr><td>{escape(person.email)}<br><small>{escape(', '.join(names[one] for one in person.users))}</small></td>"
        f"<td><code>{escape(person.password)}</code></td>"
        f'<td><button name="fill" value="{escape(person.email)}" aria-label="Fill in as {escape(person.email)}">'
        "Fill In</button></td></tr>"
        for person in people
    )
    return _page(
        "Sign in",
        f"""<h1>Sign in to connect your organization</h1>{note}
<form method="post" action="/authx/sign-in">{_ticket(ticket)}
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="off" value="{escape(email)}"{"" if chosen else " autofocus"}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="off" value="{escape(password)}">
<button class="main" name="decision" value="allow"{there}>Sign in</button>
<button name="decision" value="deny">Cancel</button>
</form>
<form method="post" action="/authx/sign-in">{_ticket(ticket)}
<table><caption>People of this sandbox, and their organizations</caption>{rows}</table></form>""",
    )


def consent_page(ticket: str, person: Person, organizations: list[Organization]) -> str:
    """Return the page where the person chooses one of their organizations."""
    choices = "".join(
        f'<label><input type="radio" name="organizationId" value="{escape(organization.id)}" required'
        f"{' checked' if index == 0 else ''}> {escape(organization.name)}</label>"
        for index, organization in enumerate(organizations)
    )
    return _page(
        "Choose an organization",
        f"""<h1>Which organization?</h1>
<p>Signed in as {escape(person.email)}. The application will read lists and write bills in the one you choose.</p>
<form method="post" action="/authx/consent">{_ticket(ticket)}
<fieldset><legend>Organization</legend>{choices}</fieldset>
<button class="main" name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Do not allow</button>
</form>""",
    )


def bill_page(bill: dict[str, Any], vendor: str, lines: list[tuple[str, str]]) -> str:
    """Return the page of one bill, with its lines as account and amount."""
    rows = "".join(f"<tr><td>{escape(account)}</td><td>{escape(amount)}</td></tr>" for account, amount in lines)
    return _page(
        "Bill",
        f"""<h1>{escape(vendor)}, {escape(bill["invoice"]["invoiceNumber"])}</h1>
<p>{escape(str(bill["amount"]))}, dated {escape(bill["invoice"]["invoiceDate"])}, due {escape(bill["dueDate"])},
{escape(bill["paymentStatus"])}</p>
<table><caption>Lines</caption>{rows}</table><p>{escape(bill.get("description", ""))}</p>""",
    )


def credit_page(credit: dict[str, Any], vendor: str, lines: list[tuple[str, str]]) -> str:
    """Return the page of one vendor credit, with its lines as account and amount."""
    rows = "".join(f"<tr><td>{escape(account)}</td><td>{escape(amount)}</td></tr>" for account, amount in lines)
    return _page(
        "Vendor credit",
        f"""<h1>{escape(vendor)}, credit {escape(credit["referenceNumber"])}</h1>
<p>{escape(str(credit["amount"]))}, dated {escape(credit["creditDate"])}, {escape(credit["status"])}</p>
<table><caption>Lines</caption>{rows}</table><p>{escape(credit.get("description", ""))}</p>""",
    )


def problem_page(text: str) -> str:
    """Return the page for something that cannot go on."""
    return _page("Cannot go on", f'<h1>This cannot go on</h1><p class="wrong" role="alert">{escape(text)}</p>')


def _ticket(ticket: str) -> str:
    return f'<input type="hidden" name="ticket" value="{escape(ticket)}">'


def _page(title: str, content: str) -> str:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)} (sandbox)</title><style>{_STYLE}</style></head>
<body><div class="sandbox">Sandbox — not Bill.com</div><main>{content}</main></body></html>"""
