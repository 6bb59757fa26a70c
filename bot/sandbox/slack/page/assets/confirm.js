// The dialog that a click has to pass.

import { freshId, h } from "./dom.js";
import { textNodes } from "./mrkdwn.js";

/** Ask; resolve to whether it was confirmed. */
export function confirmed(question) {
  if (!question) return Promise.resolve(true);
  return new Promise((resolve) => {
    const [title, text] = [freshId("title"), freshId("text")];
    const end = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const yes = h("button", { type: "button", class: question.style === "danger" ? "danger" : "primary",
      onclick: () => end(true) }, ...textNodes(question.confirm));
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": title, "aria-describedby": text, role: "alertdialog",
      oncancel: (event) => (event.preventDefault(), end(false)) },
      h("h2", { id: title }, ...textNodes(question.title)),
      h("p", { id: text, class: "text" }, ...textNodes(question.text)),
      h("footer", {},
        h("button", { type: "button", onclick: () => end(false) }, ...textNodes(question.deny)), yes));
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        end(false);
      }
    });
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
