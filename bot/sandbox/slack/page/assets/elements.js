// Buttons, pickers and inputs of Block Kit.

import { confirmed } from "./confirm.js";
import { epochOf, localOf } from "./dates.js";
import { freshId, h } from "./dom.js";
import { overflowMenu, selectMenu } from "./menus.js";
import { isOpenable, textNodes, words } from "./mrkdwn.js";
import { state } from "./state.js";

const TYPES = { email_text_input: "email", url_text_input: "url" };

/** Return {root, control} of an element, or null for one that this page cannot show. */
export function elementParts(surface, block, element) {
  const label = words(block.label) || words(element.placeholder) || element.action_id;
  if (/^(multi_)?(static|external|users|conversations|channels)_select$/.test(element.type)) {
    return selectMenu(surface, block, element, label);
  }
  switch (element.type) {
    case "button":
      return single(button(surface, block, element));
    case "overflow":
      return overflowMenu(surface, block, element);
    case "datepicker":
      return single(picker(surface, block, element, label, "date", "selected_date"));
    case "timepicker":
      return single(picker(surface, block, element, label, "time", "selected_time"));
    case "datetimepicker":
      return single(momentPicker(surface, block, element, label));
    case "checkboxes":
    case "radio_buttons":
      return boxes(surface, block, element, label);
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
      return textInput(surface, block, element, label);
    default:
      return null;
  }
}

const single = (node) => ({ root: node, control: node });

function button(surface, block, element) {
  const opens = element.url && isOpenable(element.url);
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  const node = h(opens ? "a" : "button", { type: opens ? null : "button", class: `button ${style}`,
    "aria-label": element.accessibility_label, href: opens ? element.url : null, target: opens ? "_blank" : null,
    rel: opens ? "noopener noreferrer" : null }, ...textNodes(element.text),
    opens ? h("span", { class: "leads", "aria-hidden": "true" }, "↗") : null);
  node.addEventListener("click", async (event) => {
    if (node.getAttribute("aria-busy")) return event.preventDefault();
    if (element.confirm) {
      event.preventDefault();
      if (!(await confirmed(element.confirm))) return undefined;
      if (opens) window.open(element.url, "_blank", "noopener");
    }
    await surface.click(block, element, "value" in element ? { value: element.value } : {}, node);
    return undefined;
  });
  return node;
}

function picker(surface, block, element, label, type, key) {
  const now = surface.stateOf(block, element)?.[key] ?? "";
  const input = h("input", { type, value: now, "aria-label": block.type === "input" ? null : label,
    title: words(element.placeholder) || null });
  input.addEventListener("change", async () => {
    if ((await surface.choose(block, element, input.value || null)) === false) input.value = now;
  });
  return input;
}

function momentPicker(surface, block, element, label) {
  const now = surface.stateOf(block, element)?.selected_date_time;
  const zone = state.viewer.tz;
  const input = h("input", { type: "datetime-local", value: now ? localOf(now, zone) : "", title: `Time in ${zone}`,
    "aria-label": block.type === "input" ? null : label });
  input.addEventListener("change", () => surface.choose(block, element, input.value ? epochOf(input.value, zone) : null));
  return input;
}

function boxes(surface, block, element, label) {
  const many = element.type === "checkboxes";
  const now = surface.stateOf(block, element);
  const values = many ? (now?.selected_options ?? []).map((o) => o.value) : [now?.selected_option?.value];
  const name = freshId("boxes");
  const inputs = element.options.map((option) =>
    h("input", { type: many ? "checkbox" : "radio", name, value: option.value, checked: values.includes(option.value) }));
  const rows = element.options.map((option, index) =>
    h("label", { class: "box" }, inputs[index], h("span", {}, h("span", { class: "text" }, ...textNodes(option.text)),
      option.description ? h("small", { class: "text" }, ...textNodes(option.description)) : null)));
  const root = h("div", { role: many ? "group" : "radiogroup", class: "boxes", "aria-label": block.type === "input" ? null : label }, rows);
  root.addEventListener("change", async () => {
    const picked = inputs.filter((input) => input.checked).map((input) => input.value);
    const kept = await surface.choose(block, element, many ? picked : (picked[0] ?? null));
    if (kept === false) inputs.forEach((input) => (input.checked = values.includes(input.value)));
  });
  return { root, control: root, focus: inputs[0] };
}

function textInput(surface, block, element, label) {
  const multiline = element.type === "plain_text_input" && element.multiline;
  const number = element.type === "number_input";
  const most = element.max_length ?? (element.type === "plain_text_input" ? 3000 : null);
  const input = h(multiline ? "textarea" : "input", {
    type: multiline ? null : (TYPES[element.type] ?? "text"),
    inputmode: number ? "decimal" : null,
    rows: multiline ? 4 : null,
    maxlength: most,
    value: surface.textOf(block, element),
    placeholder: words(element.placeholder) || null,
    autocomplete: "off",
    "aria-label": block.type === "input" ? null : label,
  });
  const left = h("small", { class: "left", "aria-live": "polite" });
  const count = () => (left.textContent = most && input.value.length > most * 0.8 ? `${most - input.value.length} characters left` : "");
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  input.addEventListener("input", () => {
    count();
    surface.type(block, element, input.value, when.includes("on_character_entered"));
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || multiline || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (when.includes("on_enter_pressed")) surface.enter(block, element, input.value);
  });
  count();
  return { root: h("div", { class: "typed" }, input, left), control: input };
}
