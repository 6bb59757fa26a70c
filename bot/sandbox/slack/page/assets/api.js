// Calls to the sandbox.

/** The sandbox refused: what a person could not do, or what it does not know. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.words ?? body?.error ?? `HTTP ${status}`);
    this.status = status;
    this.body = body ?? {};
  }
}

async function call(method, path, body, signal) {
  const options = { method, signal, headers: {} };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  const reply = await fetch(path, options);
  let answer = null;
  try {
    answer = await reply.json();
  } catch {
    if (reply.ok) throw new Refused(reply.status, { error: "the answer is not JSON" });
  }
  if (!reply.ok) throw new Refused(reply.status, answer);
  return answer;
}

/** Look at something below `/_control/`. */
export function look(what, query = {}, signal = undefined) {
  const search = new URLSearchParams(query).toString();
  return call("GET", `/_control/${what}${search ? `?${search}` : ""}`, undefined, signal);
}

/** Do something below `/_control/`. */
export const act = (what, body = {}) => call("POST", `/_control/${what}`, body);

/** Take something away below `/_control/`. */
export const drop = (what) => call("DELETE", `/_control/${what}`);

/** Call the control API of a neighbour: `bill` or `dext`. */
export const neighbour = (name, method, path, body) => call(method, `/_neighbours/${name}/${path}`, body);
