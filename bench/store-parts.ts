/**
 * `node bench/store-parts.ts [--archives N] [--rounds N] [--dir DIR]`: what the parts of a store take in process: to list
 * it, to open and read the head of each archive, to read and change its tags and pins, to take its lock, to look for what
 * killed runs left. bench/store.ts has the commands.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { StoreNotes } from "../src/store/notes.ts";
import { initDirectoryStore, openDirectoryStore } from "../src/store/directory-store.ts";
import { median } from "./measure.ts";

const { values } = parseArgs({
  options: {
    archives: { type: "string", default: "5000" },
    rounds: { type: "string", default: "5" },
    dir: { type: "string", default: tmpdir() },
  },
});
const count = Number(values.archives);
const path = mkdtempSync(join(values.dir, "ocbak-bench-store-"));
const context = {
  now: () => new Date(),
  processes: { host: hostname(), pid: process.pid, isRunning: () => true },
};

try {
  for (let at = 0; at < count; at++) writeFileSync(join(path, `host-${at}.ocbak`), Buffer.alloc(4096));
  for (let at = 0; at < 20; at++) writeFileSync(join(path, `foreign-${at}.txt`), "not ours");
  await initDirectoryStore(path, context);
  await report();
} finally {
  rmSync(path, { recursive: true });
}

async function report(): Promise<void> {
  const store = await openDirectoryStore(path, context);
  const { archives } = await store.list();
  if (archives.length !== count) throw new Error(`${archives.length} archives are listed of ${count}`);
  const notes = StoreNotes.parse({
    format: 1,
    archives: Object.fromEntries(
      archives.map((_, at) => [at.toString(16).padStart(30, "0"), { tags: ["a tag"], pinned: true }]),
    ),
  });
  const jobs: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["list", () => store.list()],
    [
      "open each and read 64 KiB",
      async () => {
        for (const { name } of archives) {
          await using source = await store.open(name);
          await source.read(0, Math.min(65_536, source.sizeBytes));
        }
      },
    ],
    ["change notes, one for each archive", () => store.changeNotes(() => notes)],
    ["read notes", () => store.readNotes()],
    ["take the lock and give it back", async () => (await store.lock("bench"))[Symbol.asyncDispose]()],
    ["look for leftovers", () => store.leftovers()],
  ];
  console.log(
    `${count} archives; medians of ${values.rounds} rounds; ${cpus().length} × ${cpus()[0]?.model}\n`,
  );
  console.log("| what | ms |\n| --- | --: |");
  for (const [what, job] of jobs) console.log(`| ${what} | ${(await medianOf(job)).toFixed(1)} |`);
}

async function medianOf(job: () => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const begun = performance.now();
    await job();
    samples.push(performance.now() - begun);
  }
  return median(samples);
}
