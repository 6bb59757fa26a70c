// The app's Home, as the viewer has it.

import { showBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { sentView } from "./modal.js";
import { payloadView } from "./payload.js";
import { state } from "./state.js";
import { Surface } from "./surfaces.js";

/** Return {node, show}. */
export function homeView() {
  const body = h("div", { class: "content" });
  const nothing = h("p", { class: "nothing" });
  const sent = payloadView("the Home");
  const tools = h("p", { class: "tools" }, sent.toggle, sent.badge);
  const node = h("div", { class: "home", tabindex: "0", role: "region", "aria-label": "Home" }, nothing, body, tools, sent.panel);
  let surface = null;

  function show() {
    const view = state.home;
    nothing.textContent = `The app has published no Home for ${state.viewer.real_name}.`;
    nothing.hidden = Boolean(view);
    tools.hidden = !view;
    if (!view) return body.replaceChildren();
    surface ??= new Surface({ view_id: view.id }, {});
    surface.where = { view_id: view.id };
    surface.values = view.state.values;
    showBlocks(body, view.blocks, surface);
    return sent.update(sentView(view), view.problems);
  }
  return { node, show };
}
