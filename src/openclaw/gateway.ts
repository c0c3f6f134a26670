import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { readGatewayLease } from "./gateway-lease.ts";
import type { Installation } from "./installation.ts";

export type GatewayState = "running" | "stopped" | "unknown";

/** What told the state: the lock of the life cycle, the lease in the state database, or neither. */
export type GatewaySign = "lock" | "lease" | "nothing";

interface GatewayEvidence {
  readonly state: GatewayState;
  readonly sign: GatewaySign;
}

export interface GatewaySurroundings {
  /** Of this process. The owner of the state dir is looked at too, for a backup by root. */
  readonly uid: number;
  readonly hostname: string;
  readonly now: () => Date;
  /** Where OpenClaw keeps its lifecycle locks: hard-coded there, never `$TMPDIR`. */
  readonly lockBase?: string;
}

const busy = 5;

/**
 * Whether a gateway has this installation open. The lifecycle lock is the surest sign: held from the first moment of
 * start-up and freed by the kernel. It is tried, never made. A gateway in a container or on another host shows only in
 * the lease of the state database. `unknown` means that one may be running.
 */
export function gatewayState(
  installation: Pick<Installation, "stateDir">,
  surroundings: GatewaySurroundings,
): GatewayState {
  return gatewayEvidence(installation, surroundings).state;
}

/** The same with what it rests on. */
export function gatewayEvidence(
  installation: Pick<Installation, "stateDir">,
  surroundings: GatewaySurroundings,
): GatewayEvidence {
  const database = identityOf(path.join(installation.stateDir, "state", "openclaw.sqlite"));
  const locks = new Set(lockFiles(database, installation.stateDir, surroundings).map(tryLock));
  if (locks.has("held")) return { state: "running", sign: "lock" };
  if (locks.has("unknown")) return { state: "unknown", sign: "lock" };
  const free = locks.has("free");
  const sign = free ? "lock" : "lease";
  try {
    const lease = readGatewayLease(database);
    if (lease === null || lease.expiresAt <= surroundings.now().getTime())
      return { state: "stopped", sign: free ? "lock" : "nothing" };
    if (lease.host !== surroundings.hostname) return { state: "running", sign: "lease" };
    // A lock of this host that is free outweighs a row that a killed gateway left.
    return { state: free ? "stopped" : "unknown", sign };
  } catch {
    return { state: free ? "stopped" : "unknown", sign };
  }
}

function lockFiles(
  database: string,
  stateDir: string,
  { uid, lockBase = "/tmp" }: GatewaySurroundings,
): string[] {
  const hash = createHash("sha256").update(database).digest("hex").slice(0, 8);
  const owner = fs.statSync(stateDir, { throwIfNoEntry: false })?.uid ?? uid;
  return [...new Set([uid, owner])].map((id) =>
    path.join(identityOf(lockBase), `openclaw-state-locks-${id}`, `gateway-lifecycle.${hash}.lock.sqlite`),
  );
}

/** The real path; of what does not exist, that of its nearest existing ancestor with the rest behind it. */
function identityOf(name: string): string {
  try {
    return fs.realpathSync.native(name);
  } catch {
    const parent = path.dirname(name);
    return parent === name ? name : path.join(identityOf(parent), path.basename(name));
  }
}

function tryLock(file: string): "absent" | "free" | "held" | "unknown" {
  try {
    fs.statSync(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "absent" : "unknown";
  }
  const url = pathToFileURL(file);
  url.searchParams.set("mode", "rw");
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(url, { timeout: 0 });
    db.exec("BEGIN EXCLUSIVE; ROLLBACK");
    return "free";
  } catch (error) {
    return (error as { errcode?: number }).errcode === busy ? "held" : "unknown";
  } finally {
    db?.close();
  }
}
