// Short codes of emoji that messages use; any other is shown as it was written.

import { h } from "./dom.js";

/** Signs that every font has (those of Unicode 3.2, and ⚠), with a colour: those the bot uses most need no emoji font. */
const SIGNS = {
  white_check_mark: ["✔", "go"], heavy_check_mark: ["✔", "go"], x: ["✖", "stop"], warning: ["⚠", "warn"],
  hourglass_flowing_sand: ["◔", "cool"], hourglass: ["◔", "cool"], small_orange_diamond: ["◆", "warn"],
  large_orange_diamond: ["◆", "warn"], small_blue_diamond: ["◆", "cool"], large_blue_diamond: ["◆", "cool"],
  large_green_circle: ["●", "go"], large_yellow_circle: ["●", "warn"], red_circle: ["●", "stop"],
  large_blue_circle: ["●", "cool"], arrows_counterclockwise: ["↻", "cool"], calendar: ["▦", "cool"],
  wrench: ["✎", "cool"], electric_plug: ["↔", "cool"], abacus: ["∑", "cool"], eyes: ["◉", "cool"],
  rotating_light: ["▲", "stop"], white_circle: ["○", "cool"],
};

const TABLE = {
  ballot_box_with_check: "☑️", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", exclamation: "❗",
  question: "❓", information_source: "ℹ️", stopwatch: "⏱️", clock1: "🕐", alarm_clock: "⏰",
  date: "📅", repeat: "🔁", large_orange_circle: "🟠", black_circle: "⚫", large_green_square: "🟩",
  large_red_square: "🟥", large_yellow_square: "🟨", page_facing_up: "📄", page_with_curl: "📃", receipt: "🧾",
  paperclip: "📎", link: "🔗", lock: "🔒", unlock: "🔓", key: "🔑", moneybag: "💰", money_with_wings: "💸",
  credit_card: "💳", bank: "🏦", bell: "🔔", no_bell: "🔕", mag: "🔍", pencil2: "✏️", memo: "📝", gear: "⚙️",
  hammer_and_wrench: "🛠️", inbox_tray: "📥", outbox_tray: "📤", package: "📦", bulb: "💡", tada: "🎉",
  wave: "👋", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", point_right: "👉", raised_hands: "🙌",
  robot_face: "🤖", zzz: "💤", star: "⭐", heavy_plus_sign: "➕", heavy_minus_sign: "➖",
  arrow_right: "➡️", arrow_left: "⬅️", smile: "😄",
};

/** Return the nodes of `text` with the short codes that are known replaced; every other stays as it was written. */
export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+-]+:)/).filter(Boolean).map((part) => {
    const name = part.slice(1, -1);
    if (part.startsWith(":") && part.endsWith(":") && Object.hasOwn(SIGNS, name)) {
      const [sign, colour] = SIGNS[name];
      return h("span", { class: `emoji ${colour}`, role: "img", "aria-label": name.replaceAll("_", " ") }, sign);
    }
    if (part.length > 2 && part.startsWith(":") && Object.hasOwn(TABLE, name)) {
      return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") }, TABLE[name]);
    }
    return part;
  });
}
