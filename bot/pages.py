"""The connect pages: plain HTML without scripts, everything foreign escaped."""

from __future__ import annotations

from html import escape

from bot.domain.links import Attempt, Stage

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; color: #1d1c1d; background: #f4f3f1; margin: 0; padding: 2rem 1rem; }}
main {{ max-width: 34rem; margin: 0 auto; background: #fff; border-radius: 12px; padding: 1.5rem 2rem 2rem; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
label {{ display: block; margin: 1rem 0 .25rem; font-weight: 600; }}
input {{ font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; border: 1px solid #868686;
  border-radius: 6px; }}
button {{ font: inherit; font-weight: 600; margin-top: 1.25rem; padding: .6rem 1.2rem; border: 0; border-radius: 6px;
  background: #00624a; color: #fff; cursor: pointer; }}
.problem {{ background: #fdecea; border-left: 4px solid #b3261e; padding: .75rem 1rem; }}
.done {{ background: #e6f4ef; border-left: 4px solid #00624a; padding: .75rem 1rem; }}
.small {{ color: #55534f; font-size: .9rem; }} ol li {{ margin: .3rem 0; }}
</style>
</head>
<body><main>
<h1>{title}</h1>
{body}
</main></body>
</html>
"""


def page(title: str, body: str) -> str:
    """Return a whole page; the title is escaped here, the body is HTML."""
    return _PAGE.format(title=escape(title), body=body)


def begin_page(path: str) -> str:
    """Ask for the click that spends the link: opening the page alone changes nothing."""
    return page(
        "Connect Dext and Bill.com",
        f"""<p>You sign in to Bill.com and to Dext, then go back to Slack and click <b>Finish</b>.
Nothing is connected before that.</p>
<form method="post" action="{escape(path)}"><button>Begin</button></form>
<p class="small">This link was made for one person and works once.</p>""",
    )


def problem_page(text: str) -> str:
    """Say why it does not go on, and what to do."""
    return page("This can't go on", f'<p class="problem">{_rich(text)}</p>')


def setup_page(
    attempt: Attempt, *, offers_sign_in: bool, problem: str = "", typed: dict[str, str] | None = None
) -> str:
    """Show the step an attempt is at."""
    trouble = f'<p class="problem" role="alert">{_rich(problem)}</p>' if problem else ""
    match attempt.stage:
        case Stage.BILL:
            return page("Step 1 of 2: Bill.com", trouble + _bill_step(offers_sign_in, typed or {}))
        case Stage.DEXT:
            return page("Step 2 of 2: Dext", trouble + _dext_step(attempt))
        case Stage.SIGNED_IN:
            return page("Go back to Slack", trouble + _signed_in(attempt))
        case _:
            return page("All done", '<p class="done">This is settled. You can close this page.</p>')


def _bill_step(offers_sign_in: bool, typed: dict[str, str]) -> str:
    sign_in = """<form method="post" action="/setup/bill/sign-in"><button>Sign in to Bill.com</button></form>
<h2>Or use a sync token</h2>"""
    return f"""{sign_in if offers_sign_in else "<p>The bot signs in to Bill.com with a sync token of yours.</p>"}
<ol>
<li>In Bill.com, open <b>Settings → Sync &amp; Integrations → Tokens</b> and click <b>New</b>. Give it a name.</li>
<li>Copy the token: Bill.com shows it once.</li>
<li>Open <b>Settings → Sync &amp; Integrations → Manage Developer Keys</b> and copy the organization ID at its
end.</li>
</ol>
<form method="post" action="/setup/bill/token" autocomplete="off">
{_input("token_name", "Token name", typed)}
{_input("token", "Token", {}, kind="password")}
{_input("organization_id", "Organization ID", typed)}
<button>Test and go on</button>
</form>
<p class="small">The token is tested by a real sign-in, kept encrypted, and shown to nobody.</p>"""


def _input(name: str, label: str, typed: dict[str, str], kind: str = "text") -> str:
    value = escape(typed.get(name, ""))
    return (
        f'<label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" value="{value}" required maxlength="500">'
    )


def _dext_step(attempt: Attempt) -> str:
    return f"""<p class="done">Bill.com: <b>{escape(attempt.organization_name)}</b>
({escape(attempt.organization_id)}), signed in as {escape(attempt.bill_user)}</p>
<form method="post" action="/setup/dext"><button>Sign in to Dext</button></form>"""


def _signed_in(attempt: Attempt) -> str:
    return f"""<p class="done">Bill.com: <b>{escape(attempt.organization_name)}</b>
({escape(attempt.organization_id)}), signed in as {escape(attempt.bill_user)}<br>
Dext: account <b>{escape(attempt.dext_account_id)}</b> ({escape(attempt.dext_users)})</p>
<p>One step is left: in Slack, the bot has sent a direct message to the admin this link was made for. Check the
organisation there and click <b>Finish</b>. Until then nothing is connected.</p>
<p class="small">You can close this page.</p>"""


def _rich(text: str) -> str:
    """Escape a text and show what stands in backquotes as something to type."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
