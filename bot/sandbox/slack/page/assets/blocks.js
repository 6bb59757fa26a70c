// Block Kit as nodes. Blocks that did not change keep their nodes, with focus and what was typed in them.

import { arrange, freshId, h } from "./dom.js";
import { elementParts } from "./elements.js";
import { mrkdwn, textNodes, words } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const drawn = new WeakMap();

/** Make `parent` show `blocks`. */
export function showBlocks(parent, blocks, surface) {
  const before = drawn.get(parent) ?? [];
  const focus = focusOf(parent);
  const after = blocks.map((block) => {
    const json = JSON.stringify(block);
    const same = before.findIndex((entry) => entry && entry.json === json);
    if (same < 0) return { json, node: safely(block, surface) };
    const [kept] = before.splice(same, 1);
    return kept;
  });
  drawn.set(parent, after);
  arrange(parent, after.map((entry) => entry.node));
  focus?.();
}

/** Return a function that gives the focus back to the same element, if it was drawn anew. */
function focusOf(parent) {
  const active = document.activeElement;
  const held = parent.contains(active) ? active.closest("[data-action]") : null;
  if (!held) return null;
  const { action, block } = held.dataset;
  const at = [active.selectionStart, active.selectionEnd];
  return () => {
    if (parent.contains(document.activeElement)) return;
    const again = [...parent.querySelectorAll("[data-action]")].find((n) => n.dataset.action === action && n.dataset.block === block)
      ?? [...parent.querySelectorAll("[data-action]")].find((n) => n.dataset.action === action);
    const control = again?.matches("button,a,input,textarea") ? again : again?.querySelector("button,a,input,textarea");
    if (!control) return void parent.closest("[tabindex]")?.focus({ preventScroll: true });
    control.focus({ preventScroll: true });
    if (at[0] !== null && at[0] !== undefined && control.setSelectionRange) {
      try {
        control.setSelectionRange(...at);
      } catch {
        // Inputs of some types have no selection.
      }
    }
    return undefined;
  };
}

function safely(block, surface) {
  try {
    const node = blockNode(block, surface);
    if (node) {
      node.dataset.blockId = block.block_id ?? "";
      return node;
    }
  } catch (error) {
    return unknown(block, `This “${block?.type}” block could not be shown (${error.message}).`);
  }
  return unknown(block, `This page cannot show “${block?.type}” blocks.`);
}

/** Return a payload as itself, with a note. */
export function unknown(payload, note) {
  return h("div", { class: "unknown" }, h("p", {}, `${note} It was sent like this:`),
    h("pre", { tabindex: "0", "aria-label": "Payload" }, JSON.stringify(payload, null, 2)));
}

function blockNode(block, surface) {
  switch (block.type) {
    case "header":
      return h(block.level && block.level > 2 ? "h4" : "h3", { class: "block-header text" }, ...textNodes(block.text));
    case "divider":
      return h("hr");
    case "section":
      return section(block, surface);
    case "context":
      return h("div", { class: "context" }, block.elements.map((part) =>
        part.type === "image" ? picture(part, "small") : h("span", { class: "text" }, ...textNodes(part))));
    case "actions":
      return h("div", { class: "actions" }, block.elements.map((element) => elementNode(block, element, surface)));
    case "image":
      return h("figure", {}, block.title ? h("figcaption", { class: "text" }, ...textNodes(block.title)) : null, picture(block, "large"));
    case "input":
      return input(block, surface);
    case "rich_text":
      return h("div", { class: "rich" }, richText(block.elements));
    default:
      return null;
  }
}

function section(block, surface) {
  const beside = block.accessory
    ? h("div", { class: "beside" }, block.accessory.type === "image" ? picture(block.accessory, "medium") : elementNode(block, block.accessory, surface))
    : null;
  return h("div", { class: "section" },
    h("div", { class: "said" },
      block.text ? h("div", { class: "text" }, ...textNodes(block.text)) : null,
      block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, ...textNodes(field)))) : null),
    beside);
}

/** Pictures are not fetched: the page loads nothing from outside, so their words stand for them. */
function picture(image, size) {
  const address = image.image_url ?? image.slack_file?.url ?? image.slack_file?.id ?? "";
  return h("span", { class: `picture ${size}`, role: "img", "aria-label": image.alt_text || "image without words",
    title: `${address}\nPictures from outside are not loaded here.` },
    h("span", { "aria-hidden": "true" }, "▨ "), image.alt_text || "image without words");
}

/** Return the node of an element, marked with its ids. */
function elementNode(block, element, surface) {
  const parts = elementParts(surface, block, element);
  if (!parts) return unknown(element, `This page cannot show “${element.type}” elements.`);
  mark(parts.root, block, element);
  return parts.root;
}

function mark(node, block, element) {
  node.dataset.action = element.action_id;
  node.dataset.block = block.block_id;
  if (element.focus_on_load) node.dataset.first = "true";
}

function input(block, surface) {
  const parts = elementParts(surface, block, block.element);
  if (!parts) return unknown(block, `This page cannot show “${block.element.type}” elements.`);
  const { root, control } = parts;
  mark(root, block, block.element);
  const [label, hint, error] = [freshId("label"), freshId("hint"), freshId("error")];
  const isGroup = control.getAttribute("role")?.endsWith("group");
  control.id ||= freshId("input");
  control.setAttribute("aria-labelledby", label);
  control.setAttribute("aria-describedby", `${error}${block.hint ? ` ${hint}` : ""}`);
  if (!block.optional && !isGroup) control.setAttribute("aria-required", "true");
  return h("div", { class: "input" },
    h(isGroup ? "div" : "label", { id: label, class: "label text", for: isGroup ? null : control.id }, ...textNodes(block.label),
      block.optional ? h("small", {}, " (optional)") : null),
    root,
    h("p", { id: error, class: "error", hidden: true }),
    block.hint ? h("p", { id: hint, class: "hint text" }, ...textNodes(block.hint)) : null);
}

/** Show messages at the inputs of `parent`, by block id; return the first wrong control. */
export function showErrors(parent, errors) {
  let first = null;
  for (const node of parent.querySelectorAll(".input")) {
    const said = errors[node.dataset.blockId] ?? "";
    const place = node.querySelector(".error");
    if (place.textContent !== said) place.textContent = said;
    place.hidden = !said;
    const control = node.querySelector("[aria-describedby]");
    if (said) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    if (said && !first) first = control.matches("input,textarea") ? control : control.querySelector("input");
  }
  return first;
}

/** Return the nodes of attachments, set off by a bar. */
export function attachmentNodes(attachments, surface) {
  return attachments.map((attachment) => {
    const node = h("div", { class: "attachment" });
    if (attachment.blocks) showBlocks(node, attachment.blocks, surface);
    else {
      node.append(h("strong", {}, words({ type: "plain_text", text: attachment.title ?? "" })),
        h("div", { class: "text" }, ...mrkdwn(String(attachment.text ?? attachment.fallback ?? ""))));
    }
    return node;
  });
}
