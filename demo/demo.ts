/** `npm run demo`: the main job from beginning to end, in a temporary folder that is removed afterwards (`--keep`: not). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leftOut, liveDatabase, makeInstallation, quietDatabase } from "./installation.ts";
import { type Run, ocbak } from "./ocbak.ts";
import { rowsOf } from "./rows.ts";
import { type Tree, below, differences, walk, without } from "./walk.ts";

const databases = [liveDatabase, quietDatabase];
const keep = process.argv.includes("--keep");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "ocbak-demo-")));
const [old, fresh, stranger] = ["old-home", "new-home", "stranger"].map((name) => {
  mkdirSync(join(folder, name));
  return { folder, home: join(folder, name) };
}) as [Place, Place, Place];

let step = 0;

interface Place {
  readonly folder: string;
  readonly home: string;
}

process.once("SIGINT", () => process.exit(130));
process.once("exit", () => keep || rmSync(folder, { recursive: true, force: true }));

try {
  await tell();
  console.log(
    `\ndone: the installation went into one file and came back the same${keep ? `; see ${folder}` : ""}`,
  );
} catch (error) {
  console.error(`\nFAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function tell(): Promise<void> {
  title("An installation of OpenClaw, with a program that keeps writing into its database");
  makeInstallation(old.home);
  const writer = await startWriter();
  const before = below(walk(old.home, databases), ".openclaw");
  const rowsBefore = rowsOf(join(old.home, liveDatabase)).length;
  say(
    `${before.size} files and folders in ${old.home}/.openclaw; the database has ${rowsBefore} rows so far.`,
  );
  try {
    makeBackup();
    const changed = differences(before, below(walk(old.home, databases), ".openclaw"));
    check(changed.length === 0, "the backup changed nothing in the installation", changed);
    check(writer.exitCode === null, "the writer went on undisturbed");
  } finally {
    writer.stdin?.end();
    if (writer.exitCode === null) await once(writer, "exit");
  }

  lookInside();
  proveCopies();
  restoreElsewhere();
  compare(before, rowsBefore);
}

function makeBackup(): void {
  title("A key, once. Backups are sealed to it; keep a copy of the file it names elsewhere");
  expectStatus(ocbak(old, "keygen"), 0);

  title("A backup, while the database is in use");
  expectStatus(ocbak(old, "create", "-o", "monday.ocbak"), 0);
}

function lookInside(): void {
  title("Somebody without the key can prove that the file arrived whole, and read the workspace");
  expectStatus(ocbak(stranger, "verify", "monday.ocbak"), 0, ": intact:");
  expectStatus(ocbak(stranger, "cat", "monday.ocbak", "workspace.molty/MEMORY.md"), 0, "short answers");

  title("With the key every file is proved");
  expectStatus(ocbak(old, "verify", "monday.ocbak"), 0, ": full:");
}

function proveCopies(): void {
  const bytes = readFileSync(join(folder, "monday.ocbak"));
  const at = Math.floor(bytes.length * 0.6);
  title(`A copy that was cut short: the first ${at} of ${bytes.length} bytes`);
  writeFileSync(join(folder, "cut.ocbak"), bytes.subarray(0, at));
  expectStatus(ocbak(old, "verify", "cut.ocbak"), 21);

  title(`A copy in which one byte is wrong, number ${at}`);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(join(folder, "flipped.ocbak"), bytes);
  expectStatus(ocbak(old, "verify", "flipped.ocbak"), 20);
}

function restoreElsewhere(): void {
  title("Back into another home: built beside its place, proved, and put there by a rename");
  const key = join(old.home, ".config/ocbak/identity.txt");
  expectStatus(ocbak(fresh, "restore", "--home", fresh.home, "-i", key, "monday.ocbak"), 0);
}

function compare(before: Tree, rowsBefore: number): void {
  title("Are they the same? Looked at by other code than ocbak's");
  const wanted = without(before, leftOut);
  // What it was told of the archive lies beside the installation, in ~/.local/state/ocbak, and its own compiled code in
  // ~/.cache/ocbak.
  const found = without(walk(fresh.home, databases), [".local", ".cache"]);
  const differing = differences(wanted, found);
  say(`left out on purpose: ${leftOut.join(", ")}`);
  check(
    differing.length === 0,
    `${found.size} entries: names, types, modes, times, contents, links agree`,
    differing,
  );

  const quiet = rowsOf(join(fresh.home, quietDatabase));
  const sameQuiet = quiet.join("\n") === rowsOf(join(old.home, quietDatabase)).join("\n");
  check(sameQuiet, `${quietDatabase}: all ${quiet.length} rows agree`);

  const [live, source] = [rowsOf(join(fresh.home, liveDatabase)), rowsOf(join(old.home, liveDatabase))];
  const sameLive = live.length >= rowsBefore && live.every((row, n) => row === source[n]);
  const state = `its first ${live.length} rows, as they were at one moment of the backup`;
  check(sameLive, `${liveDatabase}: ${state} (${rowsBefore} when it began, ${source.length} in the end)`);
}

async function startWriter(): Promise<ChildProcess> {
  const args = [join(import.meta.dirname, "writer.ts"), join(old.home, liveDatabase)];
  const writer = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(writer, "exit").then(() => Promise.reject(new Error("the writer ended by itself")));
  await Promise.race([once(writer.stdout, "data"), ended]);
  ended.catch(() => {});
  const walBytes = statSync(join(old.home, `${liveDatabase}-wal`)).size;
  check(walBytes > 0, `the database is open elsewhere; ${walBytes} bytes stand only in its -wal file`);
  return writer;
}

function expectStatus({ status, output }: Run, wanted: number, words = ""): void {
  if (status !== wanted) throw new Error(`this should have ended with exit status ${wanted}`);
  if (!output.includes(words)) throw new Error(`this should have said ${JSON.stringify(words)}`);
}

function check(holds: boolean, what: string, details: readonly string[] = []): void {
  console.log(`  ${holds ? "✓" : "✗"} ${what}`);
  for (const line of details) console.log(`    ${line}`);
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

function title(text: string): void {
  console.log(`\n${++step}. ${text}.`);
}

function say(text: string): void {
  console.log(`  ${text}`);
}
