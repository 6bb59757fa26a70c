"""The sign-in page of the pretend Dext."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from bot.sandbox.dext.state import Account

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6475; --paper: #fff; --ground: #f2f4f8; --mark: #c8501e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9ecf3; --soft: #a4adbf; --paper: #1f2530; --ground: #141821; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
main { width: min(26rem, calc(100vw - 2rem)); padding: 2rem; background: var(--paper); border-radius: 12px;
  box-shadow: 0 8px 30px rgb(0 0 0 / .12); }
.notice { display: inline-block; margin: 0; padding: .15rem .6rem; border: 1px solid var(--mark); border-radius: 99px;
  color: var(--mark); font-size: .85rem; font-weight: 600; }
h1 { margin: .8rem 0 .3rem; font-size: 1.35rem; }
p { color: var(--soft); margin: 0 0 1rem; }
.wrong { color: var(--mark); font-weight: 600; }
label { display: block; margin: .8rem 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--soft); border-radius: 8px; }
.choice { display: flex; gap: .7rem; margin-top: 1.4rem; }
button { flex: 1; padding: .65rem; font: inherit; font-weight: 600; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--soft); background: transparent; color: inherit; }
button[value=allow] { background: var(--mark); border-color: var(--mark); color: #fff; }
.people { margin-top: 1.4rem; font-size: .85rem; color: var(--soft); }
.people h2 { font-size: .95rem; margin: 0 0 .4rem; }
.people ul { list-style: none; margin: 0; padding: 0; }
.people li { padding: .35rem 0; }
button.fill { padding: .1rem .6rem; font-size: .85rem; }
code { overflow-wrap: anywhere; }
"""

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


def sign_in(
    carried: Mapping[str, str], accounts: Iterable[Account], email: str = "", problem: str = "", fill: str = ""
) -> str:
    """Build the page that asks who it is and whether the application may have access.

    `carried` are the fields of the authorization that come back with the form; the form holds what the
    person `fill` signs in with.
    """
    hidden = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in carried.items())
    known = [(account, user) for account in accounts for user in account.users if not user.suspended]
    password = next((user.password for _, user in known if user.email == fill), "")
    email, first, there = (fill, "", " autofocus") if password else (email, " autofocus", "")
    people = "".join(
        f"<li><strong>{escape(account.name)}</strong><br><code>{escape(user.email)}</code>, "
        f'<code>{escape(user.password)}</code> <button class="fill" name="fill" value="{escape(user.email)}" '
        f'aria-label="Fill in as {escape(user.email)}">Fill In</button></li>'
        for account, user in known
    )
    wrong = f'<p class="wrong" role="alert">{escape(problem)}</p>' if problem else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in (Sandbox — not Dext)</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<p class="notice">Sandbox — not Dext</p>
<h1>Allow access to your items?</h1>
<p>The application asks to read and change the items and lists of the account you sign in to.</p>
{wrong}
<form method="post" action="/oauth/sign-in">
{hidden}
<label for="email">E-mail</label>
<input id="email" name="email" type="email" value="{escape(email)}" autocomplete="username" required{first}>
<label for="password">Password</label>
<input id="password" name="password" type="password" value="{escape(password)}" autocomplete="off" required>
<div class="choice">
<button name="decision" value="allow"{there}>Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
<form class="people" method="post" action="/oauth/sign-in">
{hidden}
<h2>People of this sandbox, and their businesses</h2>
<ul>{people}</ul>
</form>
</main>
</body>
</html>
"""
