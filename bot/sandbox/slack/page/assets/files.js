// Files: choosing one to share, and showing those that were shared.

import { fill, freshId, h } from "./dom.js";
import { state } from "./state.js";

const LIMIT = 10 * 1024 * 1024;

/** Return a size as people read it. */
export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Return the rows of a message's files, each with a link that keeps it. */
export function fileRows(files) {
  return files.map((file) => h("div", { class: "file" },
    h("span", { class: "file-kind", "aria-hidden": "true" }, file.filetype.slice(0, 4).toUpperCase()),
    h("bdi", { class: "file-name" }, file.name),
    h("small", {}, sizeText(file.size)),
    h("a", { href: `/_control/file?${new URLSearchParams({ id: file.id, user: state.viewer.id })}`, download: file.name,
      "aria-label": `Download ${file.name}` }, "Download")));
}

/** Return what a composer shares files with: {button, node, chosen, content, refuse, clear, enable}. */
export function attacher({ onChosen }) {
  const chooser = h("input", { type: "file", hidden: true, id: freshId("file") });
  const button = h("button", { type: "button", class: "quiet attach", "aria-label": "Share a file", title: "Share a file", onclick: () => chooser.click() },
    h("span", { class: "clip", "aria-hidden": "true" }));
  const row = h("div", { class: "chosen", role: "status" });
  const wrong = h("p", { class: "error", role: "alert" });
  let file = null;

  function clear() {
    file = null;
    chooser.value = "";
    row.replaceChildren();
    wrong.textContent = "";
  }

  function refuse(why) {
    wrong.textContent = why;
  }

  chooser.addEventListener("change", () => {
    const picked = chooser.files[0];
    if (!picked) return;
    clear();
    if (picked.size > LIMIT) return refuse(`${picked.name} is too large (${sizeText(picked.size)}). At most ${sizeText(LIMIT)} can be shared.`);
    if (!picked.size) return refuse(`${picked.name} is empty, so there is nothing to share.`);
    file = picked;
    fill(row, h("span", {}, h("span", { class: "unseen" }, "To be shared: "), h("bdi", {}, picked.name), " ", h("small", {}, sizeText(picked.size))),
      h("button", { type: "button", class: "quiet small", "aria-label": `Remove ${picked.name}`, title: "Remove", onclick: () => (clear(), button.focus()) }, "×"));
    onChosen();
  });

  /** Read the chosen file as base64. */
  function content() {
    return new Promise((done, fail) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.onerror = () => fail(new Error(`${file?.name ?? "The file"} cannot be read. Choose it again.`));
      reader.readAsDataURL(file);
    });
  }

  const enable = (can) => {
    button.disabled = !can;
    if (!can) clear();
  };
  return { button, node: h("div", { class: "attaching" }, chooser, row, wrong), chosen: () => file, content, refuse, clear, enable };
}
