// The drawer at the right: mishaps, and what the services hold.

import { neighbour, look } from "./api.js";
import { freshId, h } from "./dom.js";
import { billHoldings, dextHoldings } from "./holdings.js";
import { mishapsPanel } from "./mishaps.js";
import { records } from "./records.js";

const AGAIN_MS = 2000;

/** Make the drawer and its button work. */
export function startDrawer() {
  const drawer = document.getElementById("drawer");
  const button = document.getElementById("open-drawer");
  const panels = [
    { name: "Mishaps", ...mishapsPanel() },
    { name: "Bill.com", ...held("bill", billHoldings) },
    { name: "Dext", ...held("dext", dextHoldings) },
    { name: "Records", ...records() },
  ];
  let shown = panels[0];

  const tabs = panels.map((panel) => h("button", { type: "button", role: "tab", id: freshId("tab"), "aria-selected": "false",
    tabindex: "-1", onclick: () => choose(panel) }, panel.name));
  panels.forEach((panel, index) => {
    panel.node.id = freshId("panel");
    panel.node.setAttribute("role", "tabpanel");
    panel.node.setAttribute("aria-labelledby", tabs[index].id);
    tabs[index].setAttribute("aria-controls", panel.node.id);
  });
  const bar = h("div", { role: "tablist", "aria-label": "Mishaps and records", onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (panels.indexOf(shown) + step + panels.length) % panels.length;
    choose(panels[next]);
    tabs[next].focus();
  } }, tabs);
  drawer.append(h("header", {}, bar, h("button", { type: "button", class: "quiet", "aria-label": "Close the drawer",
    onclick: () => open(false) }, "×")), ...panels.map((panel) => panel.node));

  function choose(panel) {
    shown = panel;
    panels.forEach((one, index) => {
      one.node.hidden = one !== panel;
      tabs[index].setAttribute("aria-selected", String(one === panel));
      tabs[index].tabIndex = one === panel ? 0 : -1;
    });
    panel.refresh();
  }

  function open(wanted) {
    drawer.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    document.body.classList.toggle("drawer-open", wanted);
    if (wanted) choose(shown);
    else button.focus();
  }

  button.addEventListener("click", () => open(drawer.hidden));
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && open(false));
  setInterval(() => {
    if (!drawer.hidden && !document.hidden && shown.follows) shown.refresh();
  }, AGAIN_MS);
  choose(shown);
}

/** Return a panel that shows what a neighbour holds, drawn anew when that changes. */
function held(name, draw) {
  const node = h("div", { class: "panel" });
  let before = "";
  async function refresh() {
    let found;
    try {
      const known = await look("neighbours");
      found = known[name] ? { state: await neighbour(name, "GET", "state") } : { absent: true };
    } catch (error) {
      found = { error: error.message };
    }
    const json = JSON.stringify(found);
    if (json === before) return;
    before = json;
    const opened = [...node.querySelectorAll("details[open]")].map((entry) => entry.dataset.key);
    const scroll = node.scrollTop;
    if (found.state) node.replaceChildren(...draw(found.state));
    else node.replaceChildren(h("p", { class: "nothing" }, found.absent ? `The pretend ${name === "bill" ? "Bill.com" : "Dext"} is not there.` : found.error));
    for (const entry of node.querySelectorAll("details")) if (opened.includes(entry.dataset.key)) entry.open = true;
    node.scrollTop = scroll;
  }
  return { node, refresh, follows: true };
}
