// A field to choose in: one or many, from a list or from what is found while one types.

import { arrange, freshId, h } from "./dom.js";
import { closeOutside, hide, showAt } from "./popups.js";

const DEBOUNCE_MS = 200;

/**
 * Return a chooser. `how` has: `label`, `placeholder`, `many`, `most`, `chosen` (list of {value, label}), `clearable`,
 * `least` (characters before anything is looked for), `find(query)` → {groups: [{label, options}], note}, and
 * `changed(list)`, which may refuse by returning false.
 */
export function chooser(how) {
  const list = h("ul", { role: "listbox", id: freshId("list"), class: "popup", popover: "manual", "aria-label": how.label,
    "aria-multiselectable": how.many ? "true" : null });
  const input = h("input", { type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-label": how.labelled ? null : how.label, "aria-expanded": "false", "aria-controls": list.id,
    "aria-autocomplete": "list", placeholder: how.placeholder });
  const chips = h("span", { class: "chips" });
  const clear = h("button", { type: "button", class: "quiet small", "aria-label": `Clear ${how.label}`,
    onclick: () => settle([]) }, "×");
  const root = h("div", { class: how.many ? "chooser many" : "chooser" }, chips, input, clear, list);
  const my = { chosen: [...how.chosen], shown: [], active: -1, open: false, timer: 0, asked: 0, stop: () => {} };

  function draw() {
    if (how.many) {
      arrange(chips, my.chosen.map((option) => h("span", { class: "chip" }, option.label, h("button", { type: "button",
        class: "quiet small", "aria-label": `Remove ${option.label}`, onclick: () => settle(my.chosen.filter((o) => o !== option)) }, "×"))));
      input.value = "";
    } else if (!my.open) input.value = my.chosen[0]?.label ?? "";
    clear.hidden = !(how.clearable && !how.many && my.chosen.length);
    root.dataset.chosen = JSON.stringify(my.chosen.map((option) => option.value));
  }

  async function settle(chosen) {
    const before = my.chosen;
    my.chosen = chosen;
    if (!how.many) close();
    draw();
    root.setAttribute("aria-busy", "true");
    const kept = await how.changed(chosen);
    root.removeAttribute("aria-busy");
    if (kept === false) {
      my.chosen = before;
      draw();
    }
  }

  function pick(option) {
    if (!how.many) return settle([option]);
    const already = my.chosen.some((o) => o.value === option.value);
    if (!already && how.most && my.chosen.length >= how.most) return note(`At most ${how.most} can be chosen.`);
    settle(already ? my.chosen.filter((o) => o.value !== option.value) : [...my.chosen, option]);
    seek("");
    return undefined;
  }

  function note(text) {
    my.shown = [];
    my.active = -1;
    list.replaceChildren(h("li", { class: "note", role: "presentation" }, text));
    place();
  }

  function place() {
    if (!my.open) return;
    showAt(list, root);
    input.setAttribute("aria-expanded", "true");
    mark();
  }

  async function seek(query) {
    my.asked += 1;
    const mine = my.asked;
    if (query.length < (how.least ?? 0)) {
      return note(`Type to search${how.least > 1 ? `: at least ${how.least} characters` : ""}`);
    }
    let found;
    try {
      found = await how.find(query);
    } catch (error) {
      found = { groups: [], note: `The options could not be loaded: ${error.message}` };
    }
    if (mine !== my.asked || !my.open) return undefined;
    return offer(found);
  }

  function offer({ groups, note: said }) {
    my.shown = [];
    const rows = [];
    for (const group of groups) {
      if (group.label) rows.push(h("li", { class: "group", role: "presentation" }, group.label));
      for (const option of group.options) {
        const picked = my.chosen.some((o) => o.value === option.value);
        const row = h("li", { role: "option", id: freshId("option"), "aria-selected": String(picked),
          onclick: () => pick(option) }, h("span", {}, option.label),
          option.description ? h("small", {}, option.description) : null);
        my.shown.push({ option, row });
        rows.push(row);
      }
    }
    if (!my.shown.length && !said) rows.push(h("li", { class: "note", role: "presentation" }, "No match"));
    if (said) rows.push(h("li", { class: "note", role: "presentation" }, said));
    list.replaceChildren(...rows);
    my.active = my.shown.length ? 0 : -1;
    place();
    return undefined;
  }

  function mark() {
    my.shown.forEach(({ row }, index) => row.classList.toggle("active", index === my.active));
    const row = my.shown[my.active]?.row;
    if (row) {
      input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function open() {
    if (my.open) return;
    my.open = true;
    my.stop = closeOutside([root], close, place);
    input.select();
    seek("");
  }

  function close() {
    if (!my.open) return;
    my.open = false;
    my.asked += 1;
    my.stop();
    clearTimeout(my.timer);
    hide(list);
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    draw();
  }

  input.addEventListener("click", open);
  input.addEventListener("blur", () => setTimeout(() => root.contains(document.activeElement) || close(), 0));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  input.addEventListener("input", () => {
    open();
    clearTimeout(my.timer);
    my.timer = setTimeout(() => seek(input.value.trim()), how.slow ? DEBOUNCE_MS : 0);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!my.open) return open();
      my.active = my.shown.length ? (my.active + step + my.shown.length) % my.shown.length : -1;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (my.open && my.shown[my.active]) pick(my.shown[my.active].option);
      else if (!my.open) open();
    } else if (event.key === "Escape" && my.open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && how.many && !input.value && my.chosen.length) {
      settle(my.chosen.slice(0, -1));
    }
    return undefined;
  });
  draw();
  return { root, control: input };
}

/** Return a `find` over options that are all there: those that contain what is typed. */
export function among(groups) {
  return async (query) => {
    const wanted = query.toLowerCase();
    return {
      groups: groups
        .map(({ label, options }) => ({ label, options: options.filter((o) => o.label.toLowerCase().includes(wanted)) }))
        .filter(({ options }) => options.length),
    };
  };
}
