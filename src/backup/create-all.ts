import { join, resolve } from "node:path";
import { defaultArchiveName, freeArchiveName } from "./archive-name.ts";
import type { Context } from "./context.ts";
import { createBackup, type CreateOptions } from "./create.ts";
import type { CreateReport } from "./reports.ts";
import { everyTarget, type Target } from "./targets.ts";

export type CreateAllOptions = Omit<CreateOptions, "profile" | "stateDir" | "writeStdout">;

/** How the backup of one profile went. */
export interface ProfileBackup {
  readonly profile: string | null;
  readonly stateDir: string;
  /** What came of it: a report, or what was thrown. */
  readonly result: { readonly report: CreateReport } | { readonly error: unknown };
}

/**
 * Backs up every installation of the user, one archive each, into the directory `output`, one after the other: one that
 * fails does not stop the others, only an abort does. Throws `no-installation` where there is none.
 */
export async function createAllBackups(
  options: CreateAllOptions,
  context: Context,
): Promise<readonly ProfileBackup[]> {
  const backups: ProfileBackup[] = [];
  const taken = new Set<string>();
  for (const target of everyTarget(context)) {
    // Two state dirs may be of one name: `~/.openclaw` and the `~/.clawdbot` of old versions.
    const wanted = defaultArchiveName(target.profile, context);
    const name = await freeArchiveName(wanted, (one) => Promise.resolve(taken.has(one)));
    taken.add(name);
    const result = await backUp(target, name, { options, context });
    backups.push({ profile: target.profile, stateDir: target.stateDir, result });
  }
  return backups;
}

interface Job {
  readonly options: CreateAllOptions;
  readonly context: Context;
}

async function backUp(
  { profile, request }: Target,
  name: string,
  { options, context }: Job,
): Promise<ProfileBackup["result"]> {
  const output = join(resolve(context.cwd, options.output ?? "."), name);
  const notice = (line: string): void => context.notice(`${line} (profile ${profile ?? "default"})`);
  try {
    return { report: await createBackup({ ...options, output, ...request }, { ...context, notice }) };
  } catch (error) {
    context.signal.throwIfAborted();
    return { error };
  }
}
