import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** What tells one process from all others, also after its number was given away again. */
export const ProcessMark = z.strictObject({
  host: z.string(),
  /** Tells machines of the same name apart; null, or missing in older marks, where the system has none. */
  machine: z.string().nullable().optional(),
  /** Null where the system does not number its boots. */
  boot: z.string().nullable(),
  pid: z.int().positive(),
  /** Clock ticks after the boot (proc(5), stat field 22); null where there is no /proc. */
  start: z.string().nullable(),
});
export type ProcessMark = z.infer<typeof ProcessMark>;

/** What a use case knows of its own process and of others. */
export interface Processes {
  readonly host: string;
  readonly pid: number;
  /** Whether a process of this number runs on this machine. */
  readonly isRunning: (pid: number) => boolean;
}

export function markOf({ host, pid }: Processes): ProcessMark {
  return { host, machine: machineId(), boot: bootId(), pid, start: startOf(pid) };
}

/** `unknown`: it ran on another host, or in a container that shares the folder. */
export function lifeOf(mark: ProcessMark, processes: Processes): "running" | "dead" | "unknown" {
  if (mark.host !== processes.host) return "unknown";
  const [there, here] = [mark.machine ?? null, machineId()];
  if (there !== null && here !== null && there !== here) return "unknown";
  const [boot, start] = [bootId(), startOf(mark.pid)];
  if (mark.boot !== null && boot !== null && mark.boot !== boot) return "dead";
  if (!processes.isRunning(mark.pid)) return "dead";
  // A process of that number runs: only its start tells whether it is the same one.
  if (mark.start === null || start === null) return "unknown";
  return mark.start === start ? "running" : "dead";
}

/** machine-id(5) asks not to show it as it is. */
function machineId(): string | null {
  const id = textOf("/etc/machine-id");
  return id ? createHash("sha256").update(`ocbak ${id}`).digest("hex").slice(0, 16) : null;
}

function bootId(): string | null {
  return textOf("/proc/sys/kernel/random/boot_id");
}

function startOf(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets, and may hold anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
