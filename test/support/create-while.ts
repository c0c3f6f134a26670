import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createBackup } from "../../src/backup/create.ts";
import type { CreateReport, ListedEntry } from "../../src/backup/reports.ts";
import { plainSectionOf } from "./plain-section.ts";
import type { World } from "./world.ts";

export interface Outcome {
  readonly report: CreateReport;
  /** Path → section, type and status. */
  readonly entries: Readonly<Record<string, string>>;
  readonly plain: Buffer;
  readonly archive: string;
}

/** Backs up with `act` called when all is planned and nothing read yet. `at` tells where a path of the state dir lies. */
export async function createWhile(
  world: World,
  act: (at: (path: string) => string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const archive = join(world.archives, "a.ocbak");
  const start = (label: string): void => {
    if (label === "create") act((path) => join(world.home, ".openclaw", path));
  };
  const report = await createBackup(
    { output: archive, sealing: { recipients: [world.recipient] } },
    world.context({
      env: { ...world.context().env, ...env },
      progress: { start, advance() {}, finish() {} },
    }),
  );
  return { report, archive, ...(await contentsOf(world, archive)) };
}

export async function contentsOf(world: World, archive: string): Promise<Pick<Outcome, "entries" | "plain">> {
  const { out } = await world.ocbak(["ls", "--json", archive]);
  const listed = (JSON.parse(out) as { entries: ListedEntry[] }).entries;
  return {
    entries: Object.fromEntries(
      listed.map(({ path, section, type, status }) => [path, `${section} ${type} ${status}`]),
    ),
    plain: plainSectionOf(readFileSync(archive)),
  };
}
