/**
 * `node bench/store.ts [--archives N] [--rounds N] [--dir DIR] [--program FILE]`: what `archives` and `prune` take on a
 * store of many small real archives of five hosts. They are kept in DIR and used again; all else is removed at the end.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { initDirectoryStore } from "../src/store/directory-store.ts";
import { firstOf, following, smallArchive } from "../test/support/stores.ts";
import { measure, median, type Sample } from "./measure.ts";

const { values } = parseArgs({
  options: {
    archives: { type: "string", default: "5000" },
    rounds: { type: "string", default: "3" },
    dir: { type: "string" },
    program: { type: "string", default: join(import.meta.dirname, "../dist/cli/main.js") },
  },
});
const count = Number(values.archives);
const dir = values.dir ?? join(tmpdir(), `ocbak-bench-store-${count}`);
const kept = join(dir, "store");
const hosts = [hostname(), "host-1", "host-2", "host-3", "host-4"];

mkdirSync(dir, { recursive: true, mode: 0o700 });
await fill();
const folder = mkdtempSync(join(dir, "run-"));
try {
  report();
} finally {
  rmSync(folder, { recursive: true });
}

/** Each host has a series with an archive every three hours, up to an hour ago; and there are some foreign files. */
async function fill(): Promise<void> {
  const processes = { host: hostname(), pid: process.pid, isRunning: () => true };
  await initDirectoryStore(kept, { now: () => new Date(), processes });
  const begun = performance.now();
  const there = new Set(readdirSync(kept));
  if (there.size > count) return;
  for (const [at, host] of hosts.entries()) {
    const each = Math.ceil((count - at) / hosts.length);
    let series = firstOf(String(at + 1));
    for (let number = 0; number < each; number++) {
      const made = new Date(Date.now() - 3_600_000 - (each - 1 - number) * 3 * 3_600_000);
      const { bytes, manifest } = await smallArchive({
        at: made.toISOString().replace(/\.\d+Z$/, "Z"),
        host,
        series,
      });
      series = following(manifest);
      writeFileSync(join(kept, `${host}-${String(number).padStart(5, "0")}.ocbak`), bytes);
    }
  }
  for (let at = 0; at < 20; at++) writeFileSync(join(kept, `foreign-${at}.txt`), "not ours");
  console.error(`${count} archives made in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

interface Row {
  readonly what: string;
  readonly samples: readonly Sample[];
}

function report(): void {
  const policy = "--all-hosts --keep-last 3 --keep-daily 7 --keep-weekly 5 --keep-monthly 12";
  const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => {
    const home = join(folder, `home-${round}`);
    const store = join(folder, `store-${round}`);
    mkdirSync(home);
    // Links: the archives are the same files, and prune takes away names.
    execFileSync("cp", ["-al", kept, store]);
    const env = { PATH: process.env["PATH"] ?? "", HOME: home };
    const ocbak = (words: string): Sample =>
      measure(`${process.execPath} ${values.program} ${words} > ${join(folder, "out")}`, env);
    return [
      ["archives, for the first time", ocbak(`archives ${store} ${policy}`)],
      ["archives, again", ocbak(`archives ${store} ${policy}`)],
      ["prune --dry-run", ocbak(`prune ${store} ${policy} --dry-run`)],
      ["prune", ocbak(`prune ${store} ${policy}`)],
    ] as const;
  });
  const rows = rounds[0]!.map(([what], at): Row => ({ what, samples: rounds.map((round) => round[at]![1]) }));
  console.log(
    `${count} archives; medians of ${rounds.length} rounds; ${cpus().length} × ${cpus()[0]?.model}\n`,
  );
  console.log("| what | wall s | CPU s | peak MiB |\n| --- | --: | --: | --: |");
  for (const { what, samples } of rows) {
    const of = (key: keyof Sample, digits: number): string =>
      median(samples.map((sample) => sample[key])).toFixed(digits);
    console.log(`| ${what} | ${of("wallSeconds", 2)} | ${of("cpuSeconds", 2)} | ${of("peakMiB", 0)} |`);
  }
}
