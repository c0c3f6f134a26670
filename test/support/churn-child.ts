// `node churn-child.ts DIRECTORY…`: makes, grows, rewrites, renames and deletes files, 500 times a second, until it is killed.
// Prints `on`, then each second how many times a second it was so far.
// What each file holds tells whether it is a state that the file really had: see `isTrueState` in churn.ts.
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logLine, selfChecked } from "./churn.ts";

const directories = process.argv.slice(2);
const operationsPerMs = 0.5;
const tickMs = 10;
let count = 0;

function pick<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}

function anyFile(directory: string, prefix: string): string | undefined {
  const name = pick(readdirSync(directory).filter((one) => one.startsWith(prefix)));
  return name === undefined ? undefined : join(directory, name);
}

const moves: readonly ((directory: string) => void)[] = [
  (directory) => writeFileSync(join(directory, `whole-${(count += 1)}.md`), selfChecked(count, 40_000)),
  (directory) =>
    writeFileSync(
      anyFile(directory, "small-") ?? join(directory, `small-${count}.md`),
      selfChecked(count, 3000),
    ),
  (directory) =>
    appendFileSync(
      anyFile(directory, "log-") ?? join(directory, `log-${count}.jsonl`),
      logLine((count += 1)),
    ),
  (directory) => {
    const file = anyFile(directory, "whole-");
    if (file === undefined) return;
    writeFileSync(`${file}.next`, selfChecked((count += 1), 60_000));
    renameSync(`${file}.next`, file);
  },
  (directory) => {
    const file = anyFile(directory, "small-");
    if (file !== undefined) renameSync(file, join(directory, `small-${(count += 1)}.md`));
  },
  (directory) => {
    const names = readdirSync(directory).filter((name) => !name.startsWith("folder-"));
    if (names.length > 100) rmSync(join(directory, pick(names)!));
  },
  (directory) => {
    const inner = join(directory, `folder-${count % 5}`);
    if (Math.random() < 0.5) rmSync(inner, { recursive: true, force: true });
    else {
      mkdirSync(inner, { recursive: true });
      writeFileSync(join(inner, `small-${(count += 1)}.md`), selfChecked(count, 2000));
    }
  },
];

console.log("on");
const startedAt = performance.now();
let done = 0;
setInterval(() => {
  // A busy machine lets ticks out: what they should have done is done in the next.
  for (; done < (performance.now() - startedAt) * operationsPerMs; done += 1)
    pick(moves)!(pick(directories)!);
}, tickMs);
setInterval(() => console.log(Math.round(done / ((performance.now() - startedAt) / 1000))), 1000);
