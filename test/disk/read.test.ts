import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { LargeFile } from "../../src/disk/large-file.ts";
import { OwnerNames } from "../../src/disk/owner-names.ts";
import { PathGuard } from "../../src/disk/path-guard.ts";
import type { PlannedEntry } from "../../src/disk/planned.ts";
import { readAttributes, readLink, readSmall } from "../../src/disk/read.ts";
import { scan } from "../../src/disk/scan.ts";
import { canBecomeNobody, runAsNobody } from "../support/nobody.ts";
import { bytesOf, freshDir, plant, type Tree } from "../support/tree.ts";

/** Plants a tree, scans it, and gives its directory and the entry `path`. */
function planned(tree: Tree, path = "a.md"): { file: string; entry: PlannedEntry } {
  const dir = plant(freshDir(), tree);
  return { file: join(dir, path), entry: plannedIn(dir, path) };
}

function plannedIn(dir: string, path: string): PlannedEntry {
  const roots = [{ id: "ws", path: dir, sealing: "by-rule" as const, exclude: [] }];
  const { entries } = scan(roots, { seal: [], plainBytesMax: 1024 ** 3 });
  return entries.find((entry) => entry.path === `ws/${path}`)!;
}

/** Sees to it that file times are old enough to prove that nothing changed. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

const into = Buffer.alloc(64 * 1024);

function guard(): PathGuard {
  const made = new PathGuard();
  onTestFinished(() => made.release());
  return made;
}

describe("reading a small file", () => {
  test("a file at rest is read whole, with mode, times and owner", async () => {
    const { file, entry } = planned({ "a.md": { text: "hello", mode: 0o4640 } });
    await settle();
    const outcome = readSmall(entry, into, guard());
    const { mtimeNs, uid, gid } = lstatSync(file, { bigint: true });
    expect(into.toString("utf8", 0, outcome.bytes)).toBe("hello");
    expect(outcome).toEqual({
      status: "ok",
      bytes: 5,
      attributes: {
        mode: 0o640,
        mtime: String(mtimeNs),
        uid: Number(uid),
        gid: Number(gid),
        uname: new OwnerNames().user(Number(uid)),
        gname: new OwnerNames().group(Number(gid)),
      },
    });
  });

  test.each([
    ["before 1970", "-86400.123456789", "-86400123456789"],
    ["after 2038", "4200000000.000000001", "4200000000000000001"],
  ])("a time %s stays what it is, to the nanosecond that the system gives", (_what, time, mtime) => {
    const { file, entry } = planned({ "a.md": "old" });
    // A negative number given to utimes silently means now.
    execFileSync("touch", ["-d", `@${time}`, file]);
    expect(readSmall(entry, into, guard()).attributes?.mtime).toBe(mtime);
  });

  test("a file that changed since the scan is read as it is now, and called moved", async () => {
    const { file, entry } = planned({ "a.md": "before" });
    writeFileSync(file, "after it");
    await settle();
    expect(readSmall(entry, into, guard())).toMatchObject({ status: "ok", bytes: 8, moved: true });
  });

  test("a file touched a moment ago is looked at again after the clock of file times has moved on", () => {
    const { file, entry } = planned({ "a.md": "before" });
    writeFileSync(file, "after it");
    const startedAt = performance.now();
    expect(readSmall(entry, into, guard()).status).toBe("ok");
    expect(performance.now() - startedAt).toBeGreaterThan(10);
  });

  test("a file that was only replaced by an equal one is called moved", async () => {
    const { file, entry } = planned({ "a.md": "same" });
    writeFileSync(`${file}.new`, "same");
    renameSync(`${file}.new`, file);
    await settle();
    expect(readSmall(entry, into, guard())).toMatchObject({ status: "ok", moved: true });
  });

  test.each([
    ["was removed", (file: string) => rmSync(file), "ENOENT"],
    ["became a symlink", (file: string) => (rmSync(file), symlinkSync("/etc/passwd", file)), "ELOOP"],
    [
      "became a FIFO",
      (file: string) => (rmSync(file), execFileSync("mkfifo", [file])),
      "is no longer a file",
    ],
  ])("a file that %s since the scan is vanished", (_what, change, reason) => {
    const { file, entry } = planned({ "a.md": "x" });
    change(file);
    expect(readSmall(entry, into, guard())).toEqual({ status: "vanished", reason, bytes: 0 });
  });

  test("a file that outgrew its frame says so and gives its beginning", async () => {
    const { file, entry } = planned({ "a.md": "x" });
    writeFileSync(file, Buffer.alloc(into.length + 1, 7));
    await settle();
    expect(readSmall(entry, into, guard())).toMatchObject({
      status: "changed",
      tooLarge: true,
      bytes: into.length,
    });
  });

  test("a small file with a hole is sparse, one without is not", () => {
    const { file, entry } = planned({ "a.md": "", "b.md": "x" });
    truncateSync(file, into.length + 4096);
    expect(readSmall(entry, Buffer.alloc(into.length * 2), guard())).toMatchObject({
      status: "ok",
      sparse: true,
    });
    expect(readSmall(plannedIn(join(file, ".."), "b.md"), into, guard()).sparse).toBeUndefined();
  });

  test("a file that another program appends to without pause is whole up to a length that it had", async () => {
    const { file, entry } = planned({ "a.md": "line 0\n" });
    await writerOf(file, "fs.appendFileSync(file, `line ${n}\\n`)");
    for (let round = 0; round < 5; round += 1) {
      const outcome = readSmall(entry, Buffer.alloc(16 * 1024 * 1024), guard());
      expect(outcome.status).toBe("ok");
      expect(readFileSync(file).length).toBeGreaterThanOrEqual(outcome.bytes);
    }
  });

  test("what is called ok is a state that a file under constant rewriting really had", async () => {
    const { file, entry } = planned({ "a.md": "0".repeat(40_000) });
    await writerOf(
      file,
      "const fd = fs.openSync(file, 'r+'); for (let at = 0; at < 40000; at += 1000) fs.writeSync(fd, String(n % 10).repeat(1000), at); fs.closeSync(fd)",
    );
    const outcomes: { status: string; content: string }[] = [];
    const deadline = Date.now() + 20_000;
    // On a busy machine the writer may be asleep for many rounds.
    while (outcomes.filter(({ status }) => status === "changed").length < 5 && Date.now() < deadline) {
      const { status, bytes } = readSmall(entry, into, guard());
      outcomes.push({ status, content: into.toString("utf8", 0, bytes) });
    }
    expect(outcomes.map(({ status }) => status)).toContain("changed");
    const torn = outcomes.filter(({ status, content }) => status === "ok" && !wasReal(content));
    expect(torn).toEqual([]);
  });
});

/** The writer above goes from front to back: at any moment there is one digit, then at most one other, the one before. */
function wasReal(content: string): boolean {
  const [, newer, older] = /^(\d)\1*(?:(\d)\2*)?$/.exec(content) ?? [];
  return newer !== undefined && (older === undefined || (Number(older) + 1) % 10 === Number(newer));
}

/** Runs `step` (with `fs`, `file` and a growing `n`) in another process as fast as it can until the test ends. */
async function writerOf(file: string, step: string): Promise<void> {
  const program = `const fs = require("node:fs"); const file = process.argv[1]; let n = 0;
    console.log("up"); const go = () => { n += 1; ${step}; setImmediate(go); }; go();`;
  const child = spawn(process.execPath, ["-e", program, file], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
}

function openLarge(entry: PlannedEntry): LargeFile {
  const file = LargeFile.open(entry, guard());
  if (!(file instanceof LargeFile)) throw new Error(`not opened: ${file.status}`);
  return file;
}

describe("reading a large file", () => {
  const piece = Buffer.alloc(10_000);

  function drain(file: LargeFile): Buffer {
    const pieces: Buffer[] = [];
    for (let bytes = file.readNext(piece); bytes > 0; bytes = file.readNext(piece)) {
      pieces.push(Buffer.from(piece.subarray(0, bytes)));
    }
    return Buffer.concat(pieces);
  }

  test("it is read piece by piece to the size that stood at its opening", () => {
    const content = Buffer.from(Array.from({ length: 25_000 }, (_, index) => index % 251));
    const { entry } = planned({ "a.md": content });
    const file = openLarge(entry);
    expect([file.sizeBytes, file.opened.attributes?.mode]).toEqual([25_000, 0o644]);
    expect(drain(file)).toEqual(content);
    expect(file.close()).toMatchObject({ status: "ok", bytes: 25_000 });
  });

  test.each([
    {
      what: "grew, and its digest proves the rest",
      change: "append",
      status: "ok",
      reason: "grew while it was read",
    },
    { what: "grew, and no digest is given", change: "append", hasDigest: false, status: "changed" },
    { what: "was overwritten and grew", change: "overwrite", status: "changed" },
    { what: "was overwritten", change: "patch", status: "changed" },
    { what: "got new times only", change: "touch", status: "ok" },
  ])("a file that $what is $status", ({ change, hasDigest = true, status, reason }) => {
    const { file, entry } = planned({ "a.md": Buffer.alloc(25_000, 1) });
    const large = openLarge(entry);
    const content = drain(large);
    if (change === "append") appendFileSync(file, "more");
    if (change === "overwrite") writeFileSync(file, Buffer.alloc(30_000, 2));
    if (change === "touch") utimesSync(file, 1, 1);
    if (change === "patch") {
      const fd = openSync(file, "r+");
      writeSync(fd, "patch", 100);
      closeSync(fd);
    }
    const outcome = large.close(hasDigest ? hash("sha256", content, "hex") : undefined);
    const changed = status === "changed" ? "changed while it was read" : undefined;
    expect([outcome.status, outcome.reason, outcome.bytes]).toEqual([status, reason ?? changed, 25_000]);
  });

  test("a file that got shorter ends early and says how much is valid", () => {
    const { file, entry } = planned({ "a.md": Buffer.alloc(25_000, 1) });
    const large = openLarge(entry);
    large.readNext(piece);
    truncateSync(file, 12_000);
    expect(drain(large)).toHaveLength(2_000);
    expect(large.close()).toMatchObject({ status: "changed", bytes: 12_000 });
  });

  test("a file that is gone is an outcome, one with holes is sparse", () => {
    const { file, entry } = planned({ "a.md": "" });
    truncateSync(file, 5 * 1024 ** 3);
    const large = openLarge(entry);
    expect(large.opened.sparse).toBe(true);
    expect(large.sizeBytes).toBe(5 * 1024 ** 3);
    large[Symbol.dispose]();
    rmSync(file);
    expect(LargeFile.open(entry, guard())).toEqual({ status: "vanished", reason: "ENOENT", bytes: 0 });
  });
});

describe("directories and links", () => {
  test("a directory is looked at without being opened", () => {
    const { entry } = planned({ d: { dir: true, mode: 0o1750 } }, "d");
    expect(readAttributes(entry, guard())).toMatchObject({ status: "ok", attributes: { mode: 0o750 } });
  });

  test("a link's target comes back byte for byte", () => {
    const { entry } = planned({ l: { to: "nowhere/\xff\n" } }, "l");
    expect(readLink(entry, guard())).toMatchObject({ status: "ok", target: "nowhere/\xff\n" });
  });

  test("a link that points elsewhere since the scan is moved, one that is a file now has vanished", () => {
    const { file, entry } = planned({ l: { to: "a" } }, "l");
    rmSync(file);
    symlinkSync("b", file);
    expect(readLink(entry, guard())).toMatchObject({ status: "ok", target: "b", moved: true });
    rmSync(file);
    writeFileSync(file, "x");
    expect(readLink(entry, guard())).toMatchObject({ status: "vanished" });
  });

  test("a link that is replaced between two looks is read again: target and state are of one link", () => {
    const { file, entry } = planned({ l: { to: "a" } }, "l");
    let looks = 0;
    const reach = (path: string) => {
      if (++looks === 2) {
        symlinkSync("bb", `${file}.next`);
        renameSync(`${file}.next`, file);
      }
      return bytesOf(path);
    };
    expect(readLink(entry, { reach })).toMatchObject({ status: "ok", target: "bb", moved: true });
    expect(looks).toBe(6);
  });

  test("a number without a name has an empty one", () => {
    const names = new OwnerNames();
    expect([names.user(0), names.group(0), names.user(3_999_999_999)]).toEqual(["root", "root", ""]);
  });
});

test.runIf(canBecomeNobody)("a file without permission is unreadable", () => {
  const { file } = planned({ "a.md": "secret" });
  chmodSync(file, 0o000);
  chmodSync(join(file, ".."), 0o755);
  const readPath = new URL("../../src/disk/read.ts", import.meta.url).pathname;
  const output = runAsNobody(
    `import { readSmall } from ${JSON.stringify(readPath)};
    const guard = { reach: (path) => Buffer.from(path, "latin1") };
    const entry = { path: "ws/a.md", type: "file", section: "plain", size: 6, source: process.argv[1] };
    console.log(JSON.stringify(readSmall(entry, Buffer.alloc(10), guard)));`,
    file,
  );
  expect(JSON.parse(output)).toEqual({ status: "unreadable", reason: "EACCES", bytes: 0 });
});
