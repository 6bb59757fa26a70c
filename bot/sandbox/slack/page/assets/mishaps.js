// Buttons for what goes wrong in life. Each says in one line what it did.

import { act, drop, look, neighbour } from "./api.js";
import { fill, freshId, h, plural } from "./dom.js";
import { DOCUMENTS } from "./documents.js";
import { ask, sandboxNow } from "./state.js";

const CREATE = { method: "POST", path: "/v3/bills" };
const LISTS = "/v3/(classifications/.*|vendors|customers|users|funding-accounts/banks)";
const DAY = 86_400;
const AGAIN_MS = 1000;
const DAY_AND_TIME = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const REMINDED = "People are reminded between nine and five of their own time: outside of it, nothing new shows until then.";
const NAMES = { bill: "Bill.com", dext: "Dext" };

/** Return {node, refresh}. */
export function mishapsPanel() {
  const said = h("ol", { class: "said-lines", role: "log", "aria-label": "What was done" });
  const absent = h("p", { class: "nothing" });
  const documents = select("Document", DOCUMENTS.map(([name], index) => [String(index), name]));
  const categories = select("Category", []);
  const businesses = select("Business", []);
  const buttons = [];
  let there = {};
  let accounts = [];
  let organization = null;
  let account = null;
  businesses.control.addEventListener("change", () => refresh());

  function button(label, needs, work) {
    const node = h("button", { type: "button", class: "button" }, label);
    node.addEventListener("click", async () => {
      node.setAttribute("aria-busy", "true");
      let line;
      try {
        line = await work();
      } catch (error) {
        line = `Not done: ${error.message}`;
      }
      node.removeAttribute("aria-busy");
      said.prepend(h("li", {}, h("time", {}, new Date().toTimeString().slice(0, 8)), ` ${line}`));
      while (said.children.length > 30) said.lastElementChild.remove();
      ask();
      refresh();
    });
    buttons.push({ node, needs });
    return node;
  }

  const fault = (name, rule, line) => async () => {
    await neighbour(name, "POST", "faults", rule);
    return line;
  };

  async function everyClock(seconds, span) {
    const { told: bot } = await act("clock", { advance: seconds });
    const told = await Promise.all(Object.keys(there).map((name) => neighbour(name, "POST", "clock", { advance: seconds })));
    const now = told[0]?.now ? ` It is ${DAY_AND_TIME.format(new Date(told[0].now))} UTC now.` : "";
    return `The clocks of ${["Slack", ...Object.keys(there).map((name) => NAMES[name])].join(", ")} jumped ahead by ${span}.${now} ` +
      (bot ? `The bot's clock too; within a minute it sees what has fallen due. ${REMINDED}` : "The bot's own clock did not.");
  }

  // Consent that was taken back is given anew by signing in; only a sync token can work again by itself.
  const restore = button("Restore access", ["bill"], async () => (await neighbour("bill", "POST", "restore-access", { organizationId: organization }),
    `The sync token of ${businesses.control.value} works again; the bot uses it with its next call.`));
  const again = h("p", { class: "hint", hidden: true }, "The bot is connected by a sign-in, so access that is taken back is given anew by /dext reconnect in the channel of the business.");
  const clock = h("p", { class: "hint" });
  const tick = () => (clock.textContent = `It is ${DAY_AND_TIME.format(sandboxNow())} UTC for the pretend services and the bot.`);
  setInterval(tick, AGAIN_MS);
  tick();

  const node = h("div", { class: "panel" }, absent, said,
    group("Which business", businesses.node),
    group("Dext", documents.node,
      button("Let it arrive", ["dext"], async () => {
        const [name, make] = DOCUMENTS[Number(documents.control.value)];
        const { id } = await neighbour("dext", "POST", "document", { ...make(), ...account });
        return `Arrived in Dext as item ${id}: ${name}.`;
      }),
      button("Revoke Dext access", ["dext"], async () => (await neighbour("dext", "POST", "revoke", { ...account }), "Dext took back the bot's access.")),
      button("Restore Dext access", ["dext"], async () => (await neighbour("dext", "POST", "restore-access", { ...account }), "Dext lets the bot in again."))),
    group("Bill.com",
      button("Session idles out", ["bill"], async () => {
        const { ended } = await neighbour("bill", "POST", "expire-sessions", { v2: true, organizationId: organization });
        return `Bill.com ended ${plural(ended, "session")} and the access tokens of ${businesses.control.value}. The bot signs in again by itself.`;
      }),
      button("Revoke access", ["bill"], async () => (await neighbour("bill", "POST", "revoke", { organizationId: organization }), `Bill.com took back the bot's access to ${businesses.control.value}. An admin mends that by typing /dext reconnect in its channel and signing in again.`)),
      restore,
      categories.node,
      button("Archive or restore it", ["bill"], async () => {
        const category = accounts.find((one) => one.id === categories.control.value);
        const { archived } = await neighbour("bill", "POST", "archive", { list: "chart-of-accounts", id: category.id, archived: !category.archived });
        return `The category ${category.name} is ${archived ? "archived" : "back"} in Bill.com.`;
      }), again),
    group("Every business: the next bill that is created in Bill.com",
      button("Fails (500)", ["bill"], fault("bill", { ...CREATE, action: "reply", status: 500, body: [{ code: "BDC_1001", severity: "ERROR", category: "APPLICATION", message: "Sandbox fault: internal error." }] }, "The next creation of a bill fails with HTTP 500; nothing is created.")),
      button("Is slow (8 s)", ["bill"], fault("bill", { ...CREATE, action: "delay", delay: 8 }, "The next creation of a bill takes 8 seconds longer.")),
      button("Works, but its answer is lost", ["bill"], fault("bill", { ...CREATE, phase: "after", action: "cut" }, "The next bill is created, but the connection breaks before the answer."))),
    group("Every business: everything else",
      button("Lists answer 500", ["bill"], fault("bill", { method: "GET", path: LISTS, action: "reply", status: 500, body: [{ code: "BDC_1001", message: "Sandbox fault." }], times: 1000 }, "All lists of Bill.com answer HTTP 500 until faults are cleared.")),
      button("Slack limits the rate", [], async () => {
        await act("faults", { method: "*", path: "/api/chat\\..*", action: "reply", status: 429, times: 3, headers: { "Retry-After": "2" }, body: { ok: false, error: "ratelimited" } });
        return "The next 3 chat.* calls of the bot are answered with 429, Retry-After 2.";
      }),
      button("A day passes", [], () => everyClock(DAY, "a day")),
      button("A year passes", [], () => everyClock(365 * DAY, "a year")),
      clock,
      button("Clear faults", [], async () => {
        await drop("faults");
        await Promise.all(Object.keys(there).map((name) => neighbour(name, "DELETE", "faults")));
        return "All faults that were set are gone. Clocks, archived entries and revoked access stay as they are.";
      })));

  async function refresh() {
    try {
      there = await look("neighbours");
      const missing = ["bill", "dext"].filter((name) => !there[name]).map((name) => NAMES[name]);
      absent.textContent = missing.length ? `The pretend ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not there; their buttons do nothing.` : "";
      absent.hidden = !missing.length;
      for (const { node: one, needs } of buttons) one.disabled = needs.some((name) => !there[name]);
      if (there.bill || there.dext) await readBusinesses();
    } catch {
      // The next refresh tells.
    }
  }

  /** Offer the businesses, and what belongs to the chosen one; Dext's account of a business has the same name. */
  async function readBusinesses() {
    const dext = there.dext ? (await neighbour("dext", "GET", "state")).accounts : [];
    const bill = there.bill ? await neighbour("bill", "GET", "state") : null;
    const known = bill ? Object.values(bill.organizations) : dext;
    offer(businesses, known.map((one) => [one.name, one.name]));
    const chosen = known.find((one) => one.name === businesses.control.value);
    const mate = dext.find((one) => one.name === chosen?.name);
    account = mate ? { account: mate.id } : {};
    if (!there.bill) return;
    organization = chosen.id;
    restore.hidden = bill.grants.some((grant) => grant.organizationId === organization);
    again.hidden = !restore.hidden;
    accounts = chosen.lists["chart-of-accounts"].filter((one) => /EXPENSE|COST/.test(one.account?.type ?? ""));
    offer(categories, accounts.map((one) => [one.id, `${one.name}${one.archived ? " (archived)" : ""}`]));
  }
  return { node, refresh };
}

function group(title, ...parts) {
  const id = freshId("group");
  return h("section", { "aria-labelledby": id }, h("h3", { id }, title), h("div", { class: "buttons" }, parts));
}

function offer(choice, options) {
  if (JSON.stringify(options) !== choice.control.dataset.options) choice.offer(options);
}

function select(label, options) {
  const control = h("select", { "aria-label": label });
  const draw = (list) => {
    const before = control.value;
    fill(control, list.map(([value, name]) => h("option", { value }, name)));
    control.dataset.options = JSON.stringify(list);
    if (list.some(([value]) => value === before)) control.value = before;
  };
  draw(options);
  return { node: h("div", { class: "wide" }, control), control, offer: draw };
}
