// Dates in the format strings of the markup, in the reader's own time zone.

const PARTS = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
  second: "numeric", weekday: "long", hourCycle: "h23" };
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];

/** Return year, month, day, hour, minute, second and weekday of a moment in a zone. */
export function inZone(moment, zone) {
  const found = {};
  for (const part of new Intl.DateTimeFormat("en-GB", { ...PARTS, timeZone: zone }).formatToParts(moment)) {
    found[part.type] = part.type === "weekday" ? part.value : Number(part.value);
  }
  return found;
}

const two = (number) => String(number).padStart(2, "0");

/** Return the clock time of a message, hours and minutes. */
export function clockTime(ts, zone) {
  const at = inZone(new Date(Number(ts) * 1000), zone);
  return `${two(at.hour)}:${two(at.minute)}`;
}

/** Return the day of a message as it heads a part of the timeline. */
export const dayOf = (ts, zone, now) => format(Number(ts), "{day_divider_pretty}", zone, now);

/** Return the time of `epoch` (seconds) in the format string `form`. */
export function format(epoch, form, zone, now) {
  const moment = new Date(epoch * 1000);
  const at = inZone(moment, zone);
  const today = inZone(now, zone);
  const days = Math.round((Date.UTC(at.year, at.month - 1, at.day) - Date.UTC(today.year, today.month - 1, today.day)) / 864e5);
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
  const month = MONTHS[at.month - 1];
  const long = `${at.weekday}, ${month} ${at.day}${ordinal(at.day)}`;
  const plain = {
    date_num: `${at.year}-${two(at.month)}-${two(at.day)}`,
    date_slash: `${two(at.month)}/${two(at.day)}/${at.year}`,
    date: `${month} ${at.day}${ordinal(at.day)}, ${at.year}`,
    date_short: `${month.slice(0, 3)} ${at.day}, ${at.year}`,
    date_long: `${long}, ${at.year}`,
    day_divider_pretty: near ?? (at.year === today.year ? long : `${long}, ${at.year}`),
    time: `${two(at.hour)}:${two(at.minute)}`,
    time_secs: `${two(at.hour)}:${two(at.minute)}:${two(at.second)}`,
    ago: ago((now - moment) / 1000),
  };
  return form.replace(/\{(\w+)\}/g, (whole, part) => {
    const base = part.replace(/_pretty$/, "");
    if (part.endsWith("_pretty") && near && base in plain) return near;
    return plain[part] ?? plain[base] ?? whole;
  });
}

function ordinal(day) {
  if (day % 100 >= 10 && day % 100 <= 20) return "th";
  return { 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th";
}

function ago(seconds) {
  for (const [length, unit] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
    const count = Math.floor(Math.abs(seconds) / length);
    if (count >= 1) {
      const words = `${count} ${unit}${count > 1 ? "s" : ""}`;
      return seconds > 0 ? `${words} ago` : `in ${words}`;
    }
  }
  return "just now";
}

/** Return the epoch of a local time "YYYY-MM-DDTHH:MM" in a zone. */
export function epochOf(local, zone) {
  const wanted = Date.parse(`${local}:00Z`);
  const at = inZone(new Date(wanted), zone);
  const shown = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  return Math.round((wanted - (shown - wanted)) / 1000);
}

/** Return the local time "YYYY-MM-DDTHH:MM" of an epoch in a zone. */
export function localOf(epoch, zone) {
  const at = inZone(new Date(epoch * 1000), zone);
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}`;
}
