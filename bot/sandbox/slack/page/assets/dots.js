// A button with three dots, and the menu that it opens.

import { freshId, h } from "./dom.js";
import { closeOutside, hide, showAt } from "./popups.js";

/** Return {node, button, close}. `makeEntries` makes the links or buttons of the menu when it opens for the first time. */
export function dotsMenu(kind, label, makeEntries) {
  const menu = h("ul", { role: "menu", id: freshId("menu"), class: "popup", popover: "manual", "aria-label": label });
  const button = h("button", { type: "button", class: kind, "aria-label": label, title: label, "aria-haspopup": "menu",
    "aria-expanded": "false", "aria-controls": menu.id }, "⋯");
  let entries = null;
  let stop = () => {};

  function make() {
    entries = makeEntries();
    for (const entry of entries) {
      entry.setAttribute("role", "menuitem");
      entry.setAttribute("tabindex", "-1");
      menu.append(h("li", { role: "presentation" }, entry));
    }
  }

  /** Close the menu; the focus goes back to the button. */
  function close(focus = true) {
    stop();
    hide(menu);
    button.setAttribute("aria-expanded", "false");
    if (focus) button.focus();
  }

  button.addEventListener("click", () => {
    if (menu.matches(":popover-open")) return close();
    if (!entries) make();
    showAt(menu, button);
    button.setAttribute("aria-expanded", "true");
    stop = closeOutside([menu, button], () => close(false), () => showAt(menu, button));
    entries[0]?.focus();
    return undefined;
  });
  menu.addEventListener("keydown", (event) => {
    const at = entries.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) entries[(at + step + entries.length) % entries.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { node: h("span", { class: "menu" }, button, menu), button, close };
}
