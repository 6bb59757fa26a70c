// What was recorded: limits broken, oddities, and every request to the bot.

import { look } from "./api.js";
import { fill, h, plural } from "./dom.js";
import { problemNode } from "./payload.js";

const NEWEST = 40;

/** Return {node, refresh, follows}. */
export function records() {
  const node = h("div", { class: "panel" });
  let before = "";
  async function refresh() {
    let found;
    try {
      found = await Promise.all([look("problems"), look("warnings"), look("deliveries")]);
    } catch {
      return;
    }
    const json = JSON.stringify(found);
    if (json === before) return;
    before = json;
    const opened = [...node.querySelectorAll("details[open]")].map((entry) => entry.dataset.key);
    const [problems, warnings, deliveries] = found;
    fill(node,
      h("h3", {}, "Limits of Slack that the bot broke"),
      newest(problems).map((one) => h("div", { class: "record" }, h("small", {}, one.where), problemNode(one), refused(one))),
      problems.length ? null : h("p", { class: "good" }, "None."),
      h("h3", {}, "Oddities that Slack would let pass"),
      newest(warnings).map((one) => h("p", { class: "record" }, h("small", {}, one.where), ` ${one.message}`)),
      warnings.length ? null : h("p", { class: "good" }, "None."),
      h("h3", {}, `${plural(deliveries.length, "request")} to the bot`),
      h("ul", { class: "deliveries" }, newest(deliveries).map((one) => h("li", { class: one.status === 200 ? null : "bad" },
        h("code", {}, one.kind), ` ${one.timed_out ? "no answer in time" : (one.error ?? one.status)} `, h("small", {}, `${one.elapsed_ms} ms`)))),
    );
    for (const entry of node.querySelectorAll("details")) if (opened.includes(entry.dataset.key)) entry.open = true;
  }
  return { node, refresh, follows: true };
}

/** Return a payload that nobody saw, as it came. */
function refused(one) {
  if (!("payload" in one)) return null;
  return h("details", { "data-key": `${one.at} ${one.where}` },
    h("summary", {}, "Slack refused this payload, so nobody saw it. Show it"),
    h("div", { class: "payload" }, h("pre", { tabindex: "0", "aria-label": "Refused payload" }, JSON.stringify(one.payload, null, 2))));
}

const newest = (list) => list.slice(-NEWEST).reverse();
