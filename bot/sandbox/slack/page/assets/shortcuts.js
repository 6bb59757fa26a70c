// What Slack keeps under "More actions" of a message: the app's shortcuts.

import { dotsMenu } from "./dots.js";
import { h } from "./dom.js";
import { perform, state } from "./state.js";
import { complain } from "./toasts.js";

/** Return the menu of a message's shortcuts; what only one person sees, and an empty message, has none. */
export function shortcutMenu(entry) {
  if (entry.ephemeral || !state.start.shortcuts.length || !(entry.text || entry.blocks.length || entry.files.length)) return null;
  const menu = dotsMenu("quiet small", `More actions for the message of ${entry.name}`, () => state.start.shortcuts.map((shortcut) =>
    h("button", { type: "button", onclick: () => use(shortcut) }, shortcut.name, h("small", {}, state.start.app))));

  async function use(shortcut) {
    menu.close();
    menu.button.setAttribute("aria-busy", "true");
    try {
      await perform("shortcut", { callback_id: shortcut.callback_id, channel: entry.channel, ts: entry.ts });
    } catch (error) {
      complain(error);
    } finally {
      menu.button.removeAttribute("aria-busy");
    }
  }
  return menu.node;
}
