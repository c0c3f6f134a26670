import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { salvageArchive } from "../../src/backup/salvage.ts";
import { verifyArchive } from "../../src/backup/verify.ts";
import type { SalvageReport } from "../../src/backup/reports.ts";
import { incompressible } from "../support/archives.ts";
import { sharedKey } from "../support/bends.ts";
import { splitEntries } from "../support/cuts.ts";
import { type Bends, type TestKey, draftEntry, hostile } from "../support/hostile.ts";
import { plantInstallation } from "../support/installation.ts";
import { offsetOf } from "../support/members.ts";
import { plant } from "../support/tree.ts";
import { type Ran, type World, makeWorld, namesIn } from "../support/world.ts";

let key: TestKey;
beforeAll(async () => {
  key = await sharedKey();
});

interface Salvaged {
  readonly status: number;
  readonly report: SalvageReport;
  readonly output: string;
}

/** Salvages these bytes into a fresh directory. */
async function salvaged(world: World, bytes: Buffer, how: { keyless?: true } = {}): Promise<Salvaged> {
  const archive = join(world.archives, "copy.ocbak");
  const output = join(world.archives, "saved");
  const identity = join(world.archives, "key.txt");
  writeFileSync(archive, bytes);
  writeFileSync(identity, `${key.identity.reveal()}\n`, { mode: 0o600 });
  const keys = how.keyless ? [] : ["-i", identity];
  const ran = await world.ocbak(["salvage", "--json", archive, ...keys, "-o", output], how);
  if (ran.out === "") throw new Error(ran.err);
  return { status: ran.status, report: JSON.parse(ran.out) as SalvageReport, output };
}

const big = { "workspace.main/zz": incompressible(200_000), "workspace.main/zzz": "last\n" };

/** Three plain segments and more; each record has frames of its own. */
function archive(bends: Bends = {}): Buffer {
  return hostile(key, {
    plain: (draft) => {
      for (const [path, content] of Object.entries(big)) draft.entries.push(draftEntry(path, content));
      draft.frames = splitEntries;
    },
    ...bends,
  });
}

describe("salvage saves what is provably whole, and says by which proof", () => {
  it("by the file's digest, where the index is here", async () => {
    const { status, report, output } = await salvaged(await makeWorld(), archive());
    expect(status).toBe(0);
    expect(report).toMatchObject({
      verdict: "complete",
      lost: { cut: 0, missing: 0, damaged: 0, unknown: 0 },
    });
    expect(report.proofs).toEqual({ digest: report.entries, segment: 0, checksum: 0 });
    expect(readFileSync(join(output, "workspace.main/zz"))).toEqual(big["workspace.main/zz"]);
    expect(readFileSync(join(output, "state/openclaw.json"), "utf8")).toContain("secret");
  });

  it("by the digests of segments and by frame checksums, where the index is cut off", async () => {
    const bytes = archive();
    const cut = bytes.subarray(0, offsetOf(bytes, /^plain\/000003/) + 512 + 4000);
    const { status, report, output } = await salvaged(await makeWorld(), cut, { keyless: true });
    expect([status, report.verdict]).toEqual([21, "partial"]);
    expect(report.proofs.digest).toBe(0);
    expect(report.proofs.segment + report.proofs.checksum).toBe(report.entries);
    expect(existsSync(join(output, "workspace.main/MEMORY.md"))).toBe(true);
    expect(existsSync(join(output, "workspace.main/zz"))).toBe(false);
    expect(report.conditions.map(({ path }) => path)).toContain("workspace.main/zz");
    expect(report.warnings).toEqual(["the sealed section was not opened: no key was given"]);
  });

  it("nothing of a file of which a byte is wrong", async () => {
    const bytes = archive();
    bytes[offsetOf(bytes, /^plain\/000001/) + 512 + 1000]! ^= 1;
    const { status, report, output } = await salvaged(await makeWorld(), bytes);
    expect(status).toBe(20);
    expect(report.conditions).toEqual([
      { path: "workspace.main/zz", section: "plain", condition: "damaged" },
    ]);
    expect(existsSync(join(output, "workspace.main/zz"))).toBe(false);
    expect(readFileSync(join(output, "workspace.main/zzz"), "utf8")).toBe("last\n");
  });

  it("and says why nothing sealed was opened", async () => {
    const bytes = archive();
    bytes.fill(0, offsetOf(bytes, "sealed/000000"), offsetOf(bytes, "pad"));
    const { report } = await salvaged(await makeWorld(), bytes);
    expect(report.warnings).toEqual([
      "nothing of the sealed section can be opened: its age header is damaged",
    ]);
  });

  it("modes, times and links of an installation, and nothing that leads out", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const made = join(world.archives, "a.ocbak");
    await world.ocbak(["create", "--quiet", "-o", made]);
    const output = join(world.archives, "saved");
    const { status, out } = await world.ocbak(["salvage", "--json", made, "-o", output]);
    const report = JSON.parse(out) as SalvageReport;
    expect(status).toBe(0);
    expect(report.proofs.digest).toBe(report.entries);
    const workspace = join(output, "workspace.main");
    const user = lstatSync(join(workspace, "USER.md"));
    expect([user.mode & 0o7777, user.mtimeMs]).toEqual([0o444, -86_400_500]);
    expect(lstatSync(join(workspace, "memory/empty")).mode & 0o7777).toBe(0o700);
    expect(lstatSync(join(workspace, "first.txt")).ino).toBe(lstatSync(join(workspace, "second.txt")).ino);
    expect(readlinkSync(join(workspace, "today.md"))).toBe("memory/2026-11-21.md");
    expect(lstatSync(output).mode & 0o7777).toBe(0o700);
    expect(namesIn(workspace)).not.toContain("to-main");
  });
});

describe("one entry that cannot be made costs no other", () => {
  it("a symbolic link that leads out is left out and named", async () => {
    const bytes = archive({
      plain: (draft) => {
        draft.entries.push(draftEntry("workspace.main/up", { target: "../../../etc/passwd" }));
        draft.entries.push(draftEntry("workspace.main/zzz", "last\n"));
      },
    });
    const { report, output } = await salvaged(await makeWorld(), bytes);
    expect(report.warnings).toEqual([
      expect.stringMatching(/^workspace.main\/up is a symbolic link that leads out/),
    ]);
    expect(report.proofs.digest).toBe(report.entries);
    expect(namesIn(join(output, "workspace.main"))).not.toContain("up");
  });

  it.each([
    ["a second file of one name", "workspace.main/MEMORY.md", "other"],
    ["a file below a file", "workspace.main/MEMORY.md/x", "below"],
    ["a link in the place of a directory", "workspace.main/memory", { target: "x" }],
    ["a file below a link", "workspace.main/today.md/x", "below"],
  ] as const)("%s is left out and named", async (_what, path, entry) => {
    const bytes = archive({ sealed: (draft) => void draft.entries.push(draftEntry(path, entry)) });
    const { report, output } = await salvaged(await makeWorld(), bytes);
    expect(report.warnings).toEqual([`${path} was left out: something else already stands in its place`]);
    expect(readFileSync(join(output, "workspace.main/MEMORY.md"), "utf8")).toContain("likes tea");
    expect(lstatSync(join(output, "workspace.main/memory")).isDirectory()).toBe(true);
    expect(report.proofs.digest).toBe(report.entries);
  });

  it("a path that is longer than the system takes is left out and named", async () => {
    const deep = ["workspace.main", ...Array.from({ length: 15 }, () => "d".repeat(255)), "f".repeat(230)];
    const bytes = archive({
      plain: (draft) => {
        for (let depth = 2; depth < deep.length; depth++)
          draft.entries.push(draftEntry(deep.slice(0, depth).join("/"), { directory: true }));
        draft.entries.push(
          draftEntry(deep.join("/"), "too far\n"),
          draftEntry("workspace.main/zzz", "last\n"),
        );
      },
    });
    const { report, output } = await salvaged(await makeWorld(), bytes);
    expect(report.warnings).toEqual([expect.stringMatching(/was left out: .*ENAMETOOLONG/)]);
    expect(readFileSync(join(output, "workspace.main/zzz"), "utf8")).toBe("last\n");
  });

  it("a further name of a file that is lost is lost with it", async () => {
    const bytes = archive({
      plain: (draft) => {
        draft.entries.push(draftEntry("workspace.main/zz", incompressible(200_000)));
        draft.entries.push(draftEntry("workspace.main/zzz", { link: "workspace.main/zz" }));
        draft.frames = splitEntries;
      },
    });
    bytes[offsetOf(bytes, /^plain\/000001/) + 512 + 1000]! ^= 1;
    const { report } = await salvaged(await makeWorld(), bytes);
    expect(report.conditions.map(({ path, condition }) => [path, condition])).toContainEqual([
      "workspace.main/zzz",
      "damaged",
    ]);
    expect(report.warnings).toEqual([]);
    expect(report.proofs.digest).toBe(report.entries);
  });
});

/** Salvages into a place in a world with an installation, which must stay as it was. */
async function refused(prepare: (world: World) => string): Promise<Ran> {
  const world = await makeWorld();
  plantInstallation(world.home);
  mkdirSync(join(world.home, "projects/bob/empty"));
  plant(world.newHome, { "elsewhere/openclaw.json": "{}", "elsewhere/workspace": { dir: true } });
  const output = prepare(world);
  const archived = join(world.archives, "copy.ocbak");
  writeFileSync(archived, archive());
  const before = namesIn(join(world.home, ".openclaw"));
  const ran = await world.ocbak(["salvage", archived, "-o", output], { keyless: true });
  expect(namesIn(join(world.home, ".openclaw"))).toEqual(before);
  expect(namesIn(join(world.home, ".openclaw/workspace"))).not.toContain("new");
  return ran;
}

it("whoever interrupts is heard while a copy is looked through", async () => {
  const world = await makeWorld();
  const archived = join(world.archives, "copy.ocbak");
  writeFileSync(archived, archive().subarray(0, 200_000));
  const interrupt = new AbortController();
  const progress = { start() {}, advance: () => interrupt.abort(new Error("stop")), finish() {} };
  const context = world.context({ progress, signal: interrupt.signal });
  const keys = { identities: [key.identity] };
  await expect(verifyArchive(archived, { keys }, context)).rejects.toThrow("stop");
  const output = join(world.archives, "saved");
  await expect(salvageArchive(archived, { keys, output }, context)).rejects.toThrow("stop");
});

describe("salvage never touches an installation", () => {
  it.each([
    ["the state dir", (world: World) => join(world.home, ".openclaw")],
    ["a new directory in the state dir", (world: World) => join(world.home, ".openclaw/new")],
    ["a new directory in a workspace", (world: World) => join(world.home, ".openclaw/workspace/new")],
    ["an empty directory in a workspace elsewhere", (world: World) => join(world.home, "projects/bob/empty")],
    [
      "a directory beside another's configuration",
      (world: World) => join(world.newHome, "elsewhere/workspace"),
    ],
    [
      "a way into the state dir by a link",
      (world: World) => {
        symlinkSync(join(world.home, ".openclaw"), join(world.archives, "link"));
        return join(world.archives, "link/new");
      },
    ],
  ])("%s is refused", async (_what, prepare) => {
    const { status, out, err } = await refused(prepare);
    expect([status, out]).toEqual([26, ""]);
    expect(err).toMatch(
      /ocbak: error: .* belongs to an OpenClaw installation\nocbak: hint: name a directory outside/,
    );
  });

  it("a directory with something in it is refused", async () => {
    const { status, err } = await refused(({ archives }) => {
      plant(archives, { "full/file": "mine" });
      return join(archives, "full");
    });
    expect(status).toBe(26);
    expect(err).toContain("exists and is not an empty directory");
  });
});
