import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { VerifyLevel } from "../../src/backup/reports.ts";
import { sectionNames } from "../../src/format/entry.ts";
import { type Case, makeCase } from "./case.ts";
import { type Base, bases, bytesOf } from "./corpus.ts";
import { Seen, demand } from "./accepted.ts";
import { prove } from "../support/read.ts";
import { type Outcomes, type Reading, readEverywhere } from "./readers.ts";
import { runUseCases } from "./use-cases.ts";

const mebibyte = 1024 * 1024;
/** By how much reading one input may make the process grow. */
// Decoded frames of 8 MiB lie about until they are collected; each input is read six times.
const growthMiBMax = 256;
/** One input in so many goes through the public API and the disk as well. */
const useCasesEvery = 16;

export interface Plan {
  readonly seed: string;
  readonly from: number;
  readonly until: number;
  readonly stopAt: number;
  readonly levels: readonly VerifyLevel[];
  /** A directory of its own, which whoever made the plan removes: this process may be killed. */
  readonly folder: string;
}

export type Message =
  | { readonly kind: "started"; readonly number: number }
  | {
      readonly kind: "done";
      readonly number: number;
      readonly outcomes: Outcomes;
      readonly steps: readonly string[];
    }
  | {
      readonly kind: "measured";
      readonly number: number;
      readonly milliseconds: number;
      readonly peakMiB: number;
    }
  | { readonly kind: "failed"; readonly number: number; readonly reason: string };

/** Works through the cases of a plan and tells what comes of each. */
export async function work(plan: Plan, tell: (message: Message) => void): Promise<void> {
  const genuine = await genuineContents();
  baselineMiB = peakMiB();
  for (let number = plan.from; number < plan.until && Date.now() < plan.stopAt; number++) {
    tell({ kind: "started", number });
    await workOn(number, { plan, genuine, folder: join(plan.folder, "case") }, tell);
  }
}

interface Setting {
  readonly plan: Plan;
  readonly genuine: ReadonlySet<string>;
  readonly folder: string;
}

async function workOn(
  number: number,
  { plan, genuine, folder }: Setting,
  tell: (message: Message) => void,
): Promise<void> {
  try {
    const made = makeCase(plan.seed, number);
    const reading = { ...readingOf(made, genuine), levels: plan.levels };
    const startedAt = performance.now();
    const outcomes = await read(reading, number % useCasesEvery === 0 ? folder : undefined);
    const milliseconds = performance.now() - startedAt;
    if (!made.isForged && [outcomes["intact"], outcomes["full"]].includes("accepted"))
      demand(isWhole(made.bytes), "taken, though bytes of the file were changed");
    tell({ kind: "done", number, outcomes, steps: made.steps });
    tell({ kind: "measured", number, milliseconds, peakMiB: await peakOf(reading) });
  } catch (error) {
    tell({ kind: "failed", number, reason: error instanceof Error ? String(error.stack) : String(error) });
  }
}

/** True for what is still, or again, one of the bases. */
function isWhole(bytes: Buffer): boolean {
  return bases.some((base) => bytesOf(base).equals(bytes));
}

function readingOf({ bytes, base, isForged }: Case, genuine: ReadonlySet<string>): Omit<Reading, "levels"> {
  return { bytes, key: base.key, genuine: isForged ? undefined : genuine };
}

async function read(reading: Reading, folder: string | undefined): Promise<Outcomes> {
  resetPeak();
  const outcomes = await readEverywhere(reading);
  if (folder !== undefined) Object.assign(outcomes, await runUseCases(reading, folder));
  return outcomes;
}

/** What the process holds when it has read the bases. */
let baselineMiB = 0;

/** Peak memory while the input was read. Where it looks large it is read once more, with nothing lying about. */
async function peakOf(reading: Reading): Promise<number> {
  const peak = peakMiB();
  if (peak - baselineMiB < growthMiBMax) return peak;
  await freed();
  const before = process.memoryUsage.rss() / mebibyte;
  resetPeak();
  await readEverywhere(reading);
  const growth = peakMiB() - before;
  if (growth > growthMiBMax) throw new Error(`reading it takes ${Math.round(growth)} MiB`);
  return before + growth;
}

/** What nobody holds any more is given back, a moment later. */
async function freed(): Promise<void> {
  for (let times = 0; times < 2; times++) {
    globalThis.gc?.();
    await setTimeout(100);
  }
}

/** Linux forgets the highest mark of resident memory when asked to. */
function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Elsewhere the peak is that of the whole run.
  }
}

function peakMiB(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/** All that the bases hold. */
async function genuineContents(): Promise<Set<string>> {
  const all = new Set<string>();
  for (const base of bases) for (const one of await contentsOf(base)) all.add(one);
  return all;
}

async function contentsOf(base: Base): Promise<string[]> {
  const seen = new Seen();
  await prove(bytesOf(base), base.key, "full", seen);
  return sectionNames.flatMap((section) =>
    seen.stored[section].map(({ line, content }) => `${line.path} ${hash("sha256", content, "hex")}`),
  );
}

/** Reads one file with the key of each base. */
export async function replay(bytes: Buffer, levels: readonly VerifyLevel[]): Promise<Outcomes[]> {
  const folder = mkdtempSync(join(tmpdir(), "ocbak-fuzz-"));
  const outcomes: Outcomes[] = [];
  for (const { key } of bases)
    outcomes.push(await read({ bytes, key, levels, genuine: undefined }, join(folder, "case")));
  rmSync(folder, { recursive: true, force: true });
  return outcomes;
}
