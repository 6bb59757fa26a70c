// What the bot sent, as JSON, with the limits of Slack that it breaks.

import { freshId, h, plural } from "./dom.js";

/** Return {toggle, panel, update}: a button, what it opens, and how to give both a new payload. */
export function payloadView(name) {
  const id = freshId("payload");
  const panel = h("div", { id, class: "payload", hidden: true });
  const badge = h("span", { class: "badge bad", hidden: true });
  const toggle = h("button", { type: "button", class: "quiet small", "aria-expanded": "false", "aria-controls": id,
    "aria-label": `Payload of ${name}` }, "Payload");
  let latest = { payload: null, problems: [] };
  const draw = () => {
    panel.replaceChildren(...latest.problems.map(problemNode), h("pre", { tabindex: "0", "aria-label": "Payload" }, JSON.stringify(latest.payload, null, 2)));
  };
  toggle.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    if (panel.hidden) return;
    draw();
    panel.scrollIntoView({ block: "nearest" });
  });
  badge.addEventListener("click", () => toggle.click());
  const update = (payload, problems) => {
    latest = { payload, problems: problems ?? [] };
    badge.hidden = !latest.problems.length;
    badge.textContent = `${plural(latest.problems.length, "limit")} of Slack broken`;
    if (!panel.hidden) draw();
  };
  return { toggle, panel, badge, update };
}

/** Return one breach of a limit. */
export function problemNode(problem) {
  const kind = problem.hard ? "Slack refuses this" : "Slack lets it pass; a careful app avoids it";
  return h("p", { class: "problem" }, h("code", {}, problem.path || "/"), ` ${problem.message} `,
    h("small", {}, `(${problem.limit}; ${kind})`));
}
