import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../../src/backup/context.ts";
import { listTexts } from "../../src/backup/list.ts";
import { silentProgress } from "../../src/backup/progress.ts";
import {
  catFile,
  extractPaths,
  inspectArchive,
  listArchive,
  restoreArchive,
  salvageArchive,
  verifyArchive,
} from "../../src/index.ts";
import { testCli } from "../support/cli.ts";
import { demand } from "./accepted.ts";
import { type Outcomes, type Reading, affordableKeys, codeOfAsync, noKeys } from "./readers.ts";

const names = new Set(["a.ocbak", "extracted", "home", "salvaged"]);

/** The public API over a file in `folder`, which is emptied before and after. */
export async function runUseCases({ bytes, key }: Reading, folder: string): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  for (const [title, keys] of [
    ["", noKeys],
    [" with key", affordableKeys(bytes, key.keys)],
  ] as const) {
    rmSync(folder, { recursive: true, force: true });
    const home = join(folder, "home");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const archive = join(folder, "a.ocbak");
    writeFileSync(archive, bytes);
    const context: Context = { ...testCli({ home }).io, progress: silentProgress, notice: () => {} };
    const jobs: { readonly [name: string]: () => Promise<unknown> } = {
      verify: () => verifyArchive(archive, { keys }, context),
      inspect: () => inspectArchive(archive, { keys }, context),
      ls: async () => {
        for await (const entry of listArchive(archive, { keys }, context)) JSON.stringify(entry);
        for await (const piece of listTexts(archive, { keys }, { textOf: jsonOf }, context))
          Buffer.from(piece);
      },
      cat: () =>
        catFile(archive, "workspace.main/MEMORY.md", { keys, write: () => Promise.resolve() }, context),
      extract: () =>
        extractPaths(archive, ["workspace.main"], { keys, output: join(folder, "extracted") }, context),
      salvage: () => salvageArchive(archive, { keys, output: join(folder, "salvaged") }, context),
      restore: () => restoreArchive(archive, { keys, home, dryRun: true, allowUnproved: true }, context),
    };
    for (const [name, job] of Object.entries(jobs)) outcomes[`${name}${title}`] = await codeOfAsync(job());
    demand(
      readdirSync(folder).every((name) => names.has(name)),
      "something was written beside the output",
    );
    demand(readdirSync(home).length === 0, "a dry run wrote into the home");
  }
  rmSync(folder, { recursive: true, force: true });
  return outcomes;
}

function jsonOf(entry: object): string {
  return JSON.stringify(entry);
}
