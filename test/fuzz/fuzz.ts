/**
 * `npm run fuzz -- --minutes N [--seed S] [--level quick,intact,full] [--case N] [--keep-going] [--replay FILE] [--out DIR]`:
 * makes hostile archives and reads each in every way. See README.md here.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { VerifyLevel } from "../../src/backup/reports.ts";
import { makeCase } from "./case.ts";
import { Tally } from "./tally.ts";
import { type Message, type Plan, replay, work } from "./work.ts";

/** Far more than any input may take. */
const secondsMax = 20;
/** The process is given up beyond that, also in the middle of a case. */
const rssMiBMax = 1024;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: randomBytes(4).toString("hex") },
    level: { type: "string", default: "quick,intact,full" },
    case: { type: "string" },
    replay: { type: "string" },
    out: { type: "string", default: join(tmpdir(), "ocbak-fuzz-failures") },
    "keep-going": { type: "boolean", default: false },
    work: { type: "string" },
  },
});
const { seed } = values;
const levels = values.level.split(",") as VerifyLevel[];

if (values.work !== undefined) {
  await work(JSON.parse(values.work) as Plan, (message) => void process.send!(message));
  process.disconnect();
} else if (values.replay !== undefined) {
  for (const outcomes of await replay(readFileSync(values.replay), levels))
    console.log(JSON.stringify(outcomes));
} else await run();

async function run(): Promise<void> {
  const tally = new Tally();
  const stopAt = Date.now() + Number(values.minutes) * 60_000;
  let from = Number(values.case ?? 0);
  const until = values.case === undefined ? Number.MAX_SAFE_INTEGER : from + 1;
  console.log(`seed ${seed}`);
  const folder = mkdtempSync(join(tmpdir(), "ocbak-fuzz-"));
  while (from < until && Date.now() < stopAt) {
    const { next, failures } = await watched({ seed, levels, from, until, stopAt, folder }, tally);
    for (const { number, reason } of failures) keep(number, reason);
    if (failures.length > 0) process.exitCode = 1;
    if (failures.length > 0 && !values["keep-going"]) break;
    from = next;
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(tally.text());
}

interface Failure {
  readonly number: number;
  readonly reason: string;
}

/** One process that works until it is done, or fails, or has to be ended; and the case to go on with. */
async function watched(plan: Plan, tally: Tally): Promise<{ next: number; failures: Failure[] }> {
  const child = fork(import.meta.filename, ["--work", JSON.stringify(plan)], {
    execArgv: ["--expose-gc", "--max-old-space-size=512"],
  });
  const failures: Failure[] = [];
  let at = { number: plan.from, since: Date.now() };
  const fail = (reason: string): void => {
    failures.push({ number: at.number, reason });
    child.kill("SIGKILL");
  };
  child.on("message", (message: Message) => {
    if (message.kind === "started") at = { number: message.number, since: Date.now() };
    else if (message.kind === "failed") fail(message.reason);
    else tally.take(message);
  });
  const timer = setInterval(() => {
    if (Date.now() - at.since > secondsMax * 1000) fail(`takes more than ${secondsMax} s`);
    else if (rssMiB(child) > rssMiBMax) fail(`takes more than ${rssMiBMax} MiB`);
  }, 200);
  const [code] = await new Promise<[number | null]>((resolve) => child.on("exit", (code) => resolve([code])));
  clearInterval(timer);
  if (failures.length === 0 && code !== 0)
    failures.push({ number: at.number, reason: `ends the process: ${code}` });
  return { next: at.number + 1, failures: failures.slice(0, 1) };
}

function rssMiB({ pid }: ChildProcess): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Keeps the input of a failure, and says how to come back to it. */
function keep(number: number, reason: string): void {
  const { bytes, base, steps } = makeCase(seed, number);
  mkdirSync(values.out, { recursive: true });
  const file = join(values.out, `${seed}-${number}.ocbak`);
  writeFileSync(file, bytes);
  console.log(`FAILED case ${number}: ${base.name}, ${steps.join(", ")}\n${reason}`);
  console.log(`again: npm run fuzz -- --seed ${seed} --case ${number}   or: --replay ${file}`);
}
