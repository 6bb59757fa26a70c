// What can be touched: a message, a modal or the Home, with what was typed and chosen there.

import { act } from "./api.js";
import { perform, state } from "./state.js";
import { complain } from "./toasts.js";

const TYPING_MS = 300;
const SHORT_FORM = ["value", "text", "type", "id"];

const keyOf = (block, element) => `${block.block_id}\n${element.action_id}`;

/** Be one message or view on the screen. `where` names it to the control API. */
export class Surface {
  constructor(where, values, onTouch = () => {}) {
    this.where = where;
    this.values = values;
    this.onTouch = onTouch;
    this.typed = new Map();
    this.waiting = new Set();
    this.timers = new Map();
  }

  /** Return the state of an element in the form of `state.values`. */
  stateOf(block, element) {
    return this.values?.[block.block_id]?.[element.action_id];
  }

  /** Return what stands in a text input. */
  textOf(block, element) {
    return this.typed.get(keyOf(block, element))?.text ?? this.stateOf(block, element)?.value ?? "";
  }

  /** Press a button or choose in a menu outside an input block. Return false if it was refused. */
  async click(block, element, more = {}, control = null) {
    this.onTouch(block);
    control?.setAttribute("aria-busy", "true");
    await this.tell();
    const sent = perform("click", { ...this.where, block_id: block.block_id, action_id: element.action_id, confirm: true, ...more });
    try {
      return await this.#pending(sent);
    } catch (error) {
      complain(error);
      return false;
    } finally {
      control?.removeAttribute("aria-busy");
    }
  }

  /** Choose in a menu or picker, in whatever block it stands. */
  async choose(block, element, given) {
    if (block.type === "input") return this.enter(block, element, given);
    if (element.confirm) {
      const { confirmed } = await import("./confirm.js");
      if (!(await confirmed(element.confirm))) return false;
    }
    return this.click(block, element, { selected: given });
  }

  /** Put a value into an input block; the bot hears of it only if the block dispatches. */
  async enter(block, element, given) {
    this.onTouch(block);
    const key = keyOf(block, element);
    clearTimeout(this.timers.get(key));
    const value = given === "" ? null : given;
    const sent = perform("type", { ...this.where, block_id: block.block_id, action_id: element.action_id, value });
    try {
      const outcome = await this.#pending(sent);
      const kept = this.typed.get(key);
      if (kept?.text === given) this.typed.delete(key);
      if (outcome.state) this.#remember(block, element, outcome.state);
      else if (typeof given === "string") this.#remember(block, element, { ...this.stateOf(block, element), value: given });
      return outcome;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  /** Type into a text input: told after a pause, so that an update of the view keeps it. */
  type(block, element, text, atOnce) {
    this.onTouch(block);
    const key = keyOf(block, element);
    this.typed.set(key, { block, element, text });
    clearTimeout(this.timers.get(key));
    if (block.dispatch_action && !atOnce) return;
    this.timers.set(key, setTimeout(() => this.enter(block, element, text), TYPING_MS));
  }

  /** Ask the bot for options. */
  options(block, element, query) {
    return act("options", { user: state.viewer.id, ...this.where, stale: undefined, block_id: block.block_id,
      action_id: element.action_id, query });
  }

  /** Tell what was typed and not told yet, so that whatever comes next finds it; dispatching inputs wait for Enter. */
  async tell() {
    this.rest();
    const late = [...this.typed.values()].filter(({ block }) => !block.dispatch_action);
    await Promise.allSettled([...this.waiting, ...late.map(({ block, element, text }) => this.enter(block, element, text))]);
  }

  /** Stop the timers. */
  rest() {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  /** Return what was typed and not told yet, as values of a submission; wait for what is on its way. */
  async untold() {
    this.rest();
    await Promise.allSettled([...this.waiting]);
    const values = {};
    for (const { block, element, text } of this.typed.values()) {
      const given = text === "" ? null : text;
      if (SHORT_FORM.includes(element.action_id)) values[element.action_id] = given;
      else (values[block.block_id] ??= {})[element.action_id] = given;
    }
    return values;
  }

  /** Say whether an input holds nothing. */
  isEmpty(block, element) {
    const told = this.stateOf(block, element) ?? {};
    const value = this.typed.has(keyOf(block, element))
      ? this.typed.get(keyOf(block, element)).text
      : Object.entries(told).find(([name]) => name.startsWith("selected") || name === "value" || name === "files")?.[1];
    return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
  }

  #remember(block, element, told) {
    this.values ??= {};
    (this.values[block.block_id] ??= {})[element.action_id] = told;
  }

  async #pending(sent) {
    this.waiting.add(sent);
    try {
      return await sent;
    } finally {
      this.waiting.delete(sent);
    }
  }
}
