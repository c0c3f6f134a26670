import { setTimeout as sleep } from "node:timers/promises";
import { NotifyError } from "./errors.ts";

/** One call of a service that watches over timers, in the manner of healthchecks.io. */
export interface Ping {
  /** Whoever knows it can call it: it is a secret. */
  readonly url: string;
  /** A UUID, the same for begin and end of a run: added as `rid`. */
  readonly runId: string;
  readonly body: string;
  /** Of each attempt. */
  readonly timeoutMs: number;
  /** How long to wait before each further attempt. */
  readonly delaysMs: readonly number[];
  /** Gives it up. */
  readonly signal?: AbortSignal | undefined;
}

/** How the network is reached; tests and nobody else make their own. */
export interface PingTools {
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

const realTools: PingTools = {
  fetch,
  // An abort ends the waiting; the next attempt says so.
  sleep: (ms, signal) => sleep(ms, undefined, { ...(signal && { signal }) }).catch(() => {}),
};
/** Of one attempt: redirects, and one more where a service takes only GET. */
const callsMax = 5;
/** How services say that they do not take POST; Uptime Kuma 1 says 404. */
const wantsGet = new Set([404, 405, 501]);
const mayPassLater = new Set([408, 425, 429]);

/**
 * Tells a service, with POST where it takes that, and again where it did not answer or had trouble of its own. Follows it
 * to no other host. Throws `ping-failed`, which names the origin of the address alone.
 */
export async function sendPing(ping: Ping, tools: PingTools = realTools): Promise<void> {
  let failure = "";
  for (const delayMs of [0, ...ping.delaysMs]) {
    if (delayMs > 0) await tools.sleep(delayMs, ping.signal);
    const answer = await attempt(ping, tools);
    if (answer === "taken") return;
    failure = answer.why;
    if (!answer.mayPassLater) break;
  }
  // No cause: the errors of fetch quote addresses.
  throw new NotifyError("ping-failed", `telling ${new URL(ping.url).origin} failed: ${failure}`, {
    hint: "no backup depends on it; try the address by hand: curl -fsS -m 10 -X POST ADDRESS",
  });
}

type Answer = "taken" | { readonly why: string; readonly mayPassLater: boolean };

interface Call {
  readonly target: URL;
  readonly method: "POST" | "GET";
}

async function attempt(ping: Ping, { fetch }: PingTools): Promise<Answer> {
  // One clock for all its calls.
  const clock = AbortSignal.timeout(ping.timeoutMs);
  const signal = ping.signal === undefined ? clock : AbortSignal.any([clock, ping.signal]);
  const target = new URL(ping.url);
  target.searchParams.set("rid", ping.runId);
  let call: Call = { target, method: "POST" };
  try {
    for (let calls = 0; calls < callsMax; calls += 1) {
      const response = await fetch(withoutUser(call.target), { ...requestOf(call, ping.body), signal });
      await response.body?.cancel();
      const then = afterAnswer(response, call);
      if (then === "taken" || "why" in then) return then;
      call = then;
    }
    return { why: "it sends on without end", mayPassLater: false };
  } catch (error) {
    if (ping.signal?.aborted) return { why: "it was interrupted", mayPassLater: false };
    return { why: reasonOf(error, ping.timeoutMs), mayPassLater: true };
  }
}

function requestOf({ target, method }: Call, body: string): RequestInit {
  const user = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
  const headers = {
    "user-agent": "ocbak",
    ...(user !== ":" && { authorization: `Basic ${Buffer.from(user).toString("base64")}` }),
  };
  if (method === "GET") return { method, headers, redirect: "manual" };
  return { method, headers: { ...headers, "content-type": "text/plain" }, body, redirect: "manual" };
}

/** fetch refuses addresses with a user in them. */
function withoutUser(target: URL): URL {
  const bare = new URL(target);
  bare.username = "";
  bare.password = "";
  return bare;
}

/** What is to be called next, if anything. */
function afterAnswer({ status, headers }: Response, { target, method }: Call): Answer | Call {
  if (status >= 200 && status < 300) return "taken";
  if (method === "POST" && wantsGet.has(status)) return { target, method: "GET" };
  const location = headers.get("location");
  const refused = { why: `it answered ${status}`, mayPassLater: status >= 500 || mayPassLater.has(status) };
  if (status < 300 || status >= 400 || location === null || !URL.canParse(location, target)) return refused;
  const next = new URL(location, target);
  const isSafe = next.protocol === "https:" || next.protocol === target.protocol;
  if (next.hostname !== target.hostname || !isSafe)
    return { why: "it sends on to another host, or to an open connection", mayPassLater: false };
  [next.username, next.password] = [target.username, target.password];
  // As the standard of fetch has it: what is moved for good or for now (307, 308) is called alike.
  return { target: next, method: status >= 307 ? method : "GET" };
}

/** The code of what the system said; a message of fetch may quote the address. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, cause } = error as Error;
  if (name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === "string" ? code : name;
}
