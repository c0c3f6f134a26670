import { createHash, randomBytes } from "node:crypto";
import { markOf, type Processes } from "../system/process-mark.ts";

const partialName = /^\..+\.[0-9a-f]{12}(?:-([0-9a-f]{8}-[0-9a-f]{8}-([0-9a-f]+)-[0-9a-f]+))?\.partial$/s;

/**
 * The name of an archive while it is being written. In a store it tells by whom, so that what a killed run left is known
 * as such: digests of host and boot, process and start.
 */
export function partialNameOf(stem: string, owner: Processes | undefined): string {
  const random = randomBytes(6).toString("hex");
  return `.${stem}.${random}${owner === undefined ? "" : `-${ownerText(owner)}`}.partial`;
}

export function isPartialName(name: string): boolean {
  return partialName.test(name);
}

/** Whether it is surely of a process of this machine that is dead. */
export function isOfDead(name: string, processes: Processes): boolean {
  const [, owner, hex = ""] = partialName.exec(name) ?? [];
  if (owner === undefined) return false;
  const pid = Number.parseInt(hex, 16);
  const ofThatPid = ownerText({ ...processes, pid });
  if (owner.split("-")[0] !== ofThatPid.split("-")[0]) return false;
  return !(processes.isRunning(pid) && owner === ofThatPid);
}

function ownerText(processes: Processes): string {
  const { host, machine, boot, pid, start } = markOf(processes);
  const numbers = [pid, Number(start ?? 0)].map((value) => value.toString(16));
  return [digest(`${machine ?? ""} ${host}`), digest(boot ?? ""), ...numbers].join("-");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
