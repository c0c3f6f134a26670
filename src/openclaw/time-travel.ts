import type { DatabaseSync } from "node:sqlite";
import picomatch from "picomatch";
import { z } from "zod";
import { hasTable } from "./state-database.ts";
import type { TakenEntry } from "./taken-entry.ts";

/** Something in a backup that must not lightly be taken back in time: what others know of it has moved on since. */
export const TimeTravel = z.object({
  /** A glob over entry paths, or the entry path of a database. */
  path: z.string(),
  /** In that database. */
  table: z.string().nullable(),
  why: z.string(),
});
export type TimeTravel = z.infer<typeof TimeTravel>;

const whys = {
  ratchet:
    "its encryption moves on with every message: an old state may lose messages, or the device has to be linked again",
  approval: "what was allowed then may have been taken back since",
  queue: "messages that were sent since would be sent again",
  deviceToken: "the other side may have replaced the token since: the device has to be paired again",
  signIn: "its tokens are replaced as they are used: an old one may be refused, and one has to sign in again",
};

/** Places of a state dir; those below `credentials/` also where the credentials dir is elsewhere. */
const places: readonly { readonly glob: string; readonly why: string }[] = [
  { glob: "credentials/whatsapp/**", why: whys.ratchet },
  { glob: "credentials/whatsapp-calls/**", why: whys.ratchet },
  { glob: "credentials/matrix/**", why: whys.ratchet },
  { glob: "matrix/**", why: whys.ratchet },
  { glob: "exec-approvals.json", why: whys.approval },
  { glob: "delivery-queue*/**", why: whys.queue },
  { glob: "session-delivery-queue/**", why: whys.queue },
  { glob: "devices/*.json", why: whys.deviceToken },
  { glob: "identity/*.json", why: whys.deviceToken },
  { glob: "mcp-oauth/**", why: whys.signIn },
  { glob: "credentials/oauth.json", why: whys.signIn },
  { glob: "agents/*/agent/auth-profiles.json", why: whys.signIn },
];

/** Tables of OpenClaw's databases, and which of their rows count. */
const tables: readonly { readonly name: string; readonly rows?: string; readonly why: string }[] = [
  { name: "delivery_queue_entries", why: whys.queue },
  { name: "exec_approvals_config", why: whys.approval },
  { name: "operator_approvals", why: whys.approval },
  { name: "device_auth_tokens", why: whys.deviceToken },
  { name: "device_pairing_paired", why: whys.deviceToken },
  { name: "mcp_oauth_stores", why: whys.signIn },
  { name: "auth_profile_store", why: whys.signIn },
  { name: "plugin_state_entries", rows: "plugin_id = 'matrix'", why: whys.ratchet },
];

/** The places of which a backup holds something. */
export function unsafePlaces(entries: readonly TakenEntry[]): TimeTravel[] {
  const rows = places.flatMap(({ glob, why }) =>
    [`state/${glob}`, ...(glob.startsWith("credentials/") ? [glob] : [])].map((path) => ({
      path,
      table: null,
      why,
      matches: matcherOf(path),
    })),
  );
  const files = entries.filter(
    ({ path, excluded }) => excluded === undefined && !path.startsWith("workspace."),
  );
  return rows.flatMap(({ matches, ...row }) => (files.some(({ path }) => matches(path)) ? [row] : []));
}

/** Looks first for what stands before the first star: an expression takes ten times as long, for each of very many paths. */
function matcherOf(glob: string): (path: string) => boolean {
  const start = glob.slice(0, `${glob}*`.indexOf("*"));
  const matches = picomatch(glob, { dot: true, windows: false });
  return (path) => path.startsWith(start) && matches(path);
}

/** The tables of a database that hold rows. Throws where they are not as known. */
export function unsafeTables(db: DatabaseSync, path: string): TimeTravel[] {
  return tables.flatMap(({ name, rows = "true", why }) => {
    const found = hasTable(db, name) && db.prepare(`select 1 from ${name} where ${rows} limit 1`).get();
    return found === false || found === undefined ? [] : [{ path, table: name, why }];
  });
}
