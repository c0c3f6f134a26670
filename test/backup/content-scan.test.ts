import { appendFileSync, chmodSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { encodingOrReason } from "../../src/backup/content-scan/content-kind.ts";
import { EntryScanner } from "../../src/backup/content-scan/scan-entry.ts";
import { ContentScan, ScanHere, type ScanThreads } from "../../src/backup/content-scan/content-scan.ts";
import { lintParts } from "../../src/backup/content-scan/lint-parts.ts";
import { findByLint } from "../../src/backup/content-scan/lint.ts";
import { SearchedText } from "../../src/backup/content-scan/searched-text.ts";
import { SecretSearch } from "../../src/backup/content-scan/secret-search.ts";
import type { Wanted } from "../../src/backup/content-scan/value-forms.ts";
import { createBackup } from "../../src/backup/create.ts";
import { CreateThreads } from "../../src/backup/create-threads/create-threads.ts";
import { EntryPacker } from "../../src/backup/capture/entry-packer.ts";
import { PackBuffers } from "../../src/backup/capture/frame-room.ts";
import { PathGuard } from "../../src/disk/path-guard.ts";
import type { PlannedEntry } from "../../src/disk/planned.ts";
import type { ContentVerdict } from "../../src/disk/scan.ts";
import { fakeSecrets } from "../support/fake-secrets.ts";
import { noise, smallInstallation } from "../support/installation.ts";
import { lookedAt, scanRules, workspaceRoot } from "../support/scan.ts";
import { freshDir, plant, type Tree } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

const bytesMax = 1024 * 1024;

function candidatesOf(tree: Tree): { readonly dir: string; readonly entries: readonly PlannedEntry[] } {
  const dir = plant(freshDir(), tree);
  return { dir, entries: lookedAt([workspaceRoot(dir)], scanRules).candidates };
}

function startedThreads(count: number): CreateThreads {
  const threads = new CreateThreads({ count });
  const work = { entries: 0, contentBytes: 0 };
  threads.start({ scan: work, capture: work });
  return threads;
}

function known(values: Wanted[]): { readonly count: number; list(): Wanted[] } {
  return {
    get count() {
      return values.length;
    },
    list: () => [...values],
  };
}

interface ScanParts {
  readonly threads: ScanThreads;
  readonly values?: Wanted[];
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

function verdictsOn(
  entries: readonly PlannedEntry[],
  { threads, values = [], signal = new AbortController().signal, onBytes = () => {} }: ScanParts,
): Promise<ContentVerdict[]> {
  const contents = new ContentScan(known(values), signal);
  contents.add(entries);
  return contents.end(() => threads, onBytes);
}

describe("the search for known values", () => {
  const value = 'pa\u00df/w\u00f6rd "1"?';
  const search = new SecretSearch([
    { from: "a", value },
    { from: "b", value: "another-one" },
  ]);
  const foundIn = (text: string): string | undefined => {
    const bytes = Buffer.from(text);
    return search.search(new SearchedText(bytes, bytes.length, "utf-8")).found;
  };

  it.each([
    ["as it is", value],
    ["in JSON", JSON.stringify({ key: value })],
    ["in an address", `https://example.org/?q=${encodeURIComponent(value)}&x=1`],
    ["in hexadecimal", Buffer.from(value).toString("hex")],
    ["in Base64", Buffer.from(value).toString("base64")],
    ["in Base64 behind one byte", Buffer.from(`:${value}:`).toString("base64")],
    ["in Base64 behind two bytes", Buffer.from(`::${value}::`).toString("base64url")],
    ["at the very end", `text ${value}`],
  ])("finds one %s", (_what, text) => {
    expect(foundIn(text)).toBe("a");
    expect(foundIn(`before ${text} after`)).toBe("a");
  });

  it("finds nothing in what only begins alike, is cut short or is empty", () => {
    for (const text of ["", "a", "ano", "another-on", "anothe r-one", "Another-one"])
      expect([text, foundIn(text)]).toEqual([text, undefined]);
  });
});

describe("what can be searched as text", () => {
  it.each([
    ["ASCII, which is the same in both", Buffer.from("plain"), "latin1"],
    ["UTF-8", Buffer.from("gr\u00fc\u00dfe"), "utf-8"],
    ["Latin-1", Buffer.from("gr\xfc\xdfe", "latin1"), "latin1"],
    ["a log with colours", Buffer.from("\x1b[1mx\x1b[0m\x07 \xfc", "latin1"), "latin1"],
    ["nothing", Buffer.alloc(0), "latin1"],
  ])("%s is", (_what, content, encoding) => {
    expect(encodingOrReason(content)).toEqual({ encoding });
  });

  it.each([
    ["a NUL byte", Buffer.from("text\0"), "binary"],
    ["packed data without one", Buffer.from(noise(4000).filter((byte) => byte !== 0)), "binary"],
    ["a PDF", Buffer.from("%PDF-1.7 all in ASCII"), "container"],
    ["a zip", Buffer.from("PK\x03\x04 and so on", "latin1"), "container"],
  ])("%s is not", (_what, content, reason) => {
    expect(encodingOrReason(content)).toEqual({ reason });
  });
});

describe("a file is sealed as not scanned", () => {
  const scanner = new EntryScanner([], bytesMax);

  it.each<[string, (file: string) => void]>([
    ["changed", (file) => writeFileSync(file, "other")],
    ["grew", (file) => appendFileSync(file, "more")],
    ["vanished", (file) => renameSync(file, `${file}.gone`)],
    [
      "was replaced by its equal",
      (file) => (writeFileSync(`${file}.new`, "text"), renameSync(`${file}.new`, file)),
    ],
    ["changed its mode", (file) => chmodSync(file, 0o640)],
  ])("where it %s since it was found", async (_what, act) => {
    const { dir, entries } = candidatesOf({ "a.md": "text" });
    act(join(dir, "a.md"));
    expect(await scanner.scan(entries)).toEqual([{ sealedBy: "not-scanned" }]);
  });

  it("where a folder above it is a link by now", async () => {
    const { dir, entries } = candidatesOf({ "folder/a.md": "text" });
    renameSync(join(dir, "folder"), join(dir, "kept"));
    symlinkSync("kept", join(dir, "folder"));
    expect(await scanner.scan(entries)).toEqual([{ sealedBy: "not-scanned" }]);
  });

  it("where it is longer than what is read", async () => {
    const { entries } = candidatesOf({ "a.md": "text" });
    expect(await new EntryScanner([], 3).scan(entries)).toEqual([{ sealedBy: "not-scanned" }]);
  });

  it("where the scan of one is ended, the whole backup is", async () => {
    const { entries } = candidatesOf({ "a.md": "text" });
    const signal = AbortSignal.abort(new Error("ended"));
    const ended = verdictsOn(entries, { threads: new ScanHere(bytesMax), signal });
    await expect(ended).rejects.toThrow("ended");
    const many = candidatesOf({
      "a.md": "x".repeat(900_000),
      "b.md": "x".repeat(900_000),
      "c.md": "x".repeat(900_000),
    });
    const later = new AbortController();
    await using threads = startedThreads(2);
    const inThreads = verdictsOn(many.entries, {
      threads: threads.scan(bytesMax),
      signal: later.signal,
      onBytes: (bytes) => {
        if (bytes > 0) later.abort(new Error("ended later"));
      },
    });
    await expect(inThreads).rejects.toThrow("ended later");
  });
});

describe("the verdicts", () => {
  it("are the same, in order, whether threads find them or not", async () => {
    const { text } = fakeSecrets.get("groq")!;
    const { text: databricks } = fakeSecrets.get("databricks")!;
    const notes = Array.from({ length: 800 }, (_, index) => [
      `n/${String(index).padStart(3, "0")}.md`,
      index % 50 === 7 ? text : index % 50 === 8 ? databricks : `calm ${index} `.repeat(500),
    ]);
    const { entries } = candidatesOf({ ...Object.fromEntries(notes), "pack.bin": noise(5000) });
    const verdictsBy = async (count: number): Promise<ContentVerdict[]> => {
      await using threads = startedThreads(count);
      return await verdictsOn(entries, {
        threads: threads.scan(bytesMax),
        values: [{ from: "config-value", value: "calm 77 calm 77 " }],
      });
    };
    const here = await verdictsBy(0);
    const inThreads = await verdictsBy(2);
    expect(inThreads).toEqual(here);
    const sealed = here.flatMap(({ sealedBy }, index) => (sealedBy === undefined ? [] : [[index, sealedBy]]));
    expect(sealed).toHaveLength(34);
    expect(sealed.slice(0, 4)).toEqual([
      [7, "secret:groq"],
      [8, "secret:databricks"],
      [57, "secret:groq"],
      [58, "secret:databricks"],
    ]);
    expect(sealed.slice(-1)).toEqual([[800, "binary"]]);
    expect(sealed).toContainEqual([77, "secret:config-value"]);
  });
});

function sealedIn(entries: readonly PlannedEntry[], verdicts: readonly ContentVerdict[]): string[] {
  return verdicts.flatMap(({ sealedBy }, index) =>
    sealedBy === undefined ? [] : [`${entries[index]!.path.slice("workspace.main/".length)} ${sealedBy}`],
  );
}

describe("a scan that begins before all is found", () => {
  /** Four batches: each note takes most of one. */
  const notes = Object.fromEntries(
    ["a", "b", "c", "d"].flatMap((name) => [
      [`${name}/1.md`, `1 mention-of-${name} `.repeat(50_000)],
      [`${name}/2.md`, `2 mention-of-${name} `.repeat(50_000)],
      [`${name}/3.md`, `3 mention-of-${name} `.repeat(50_000)],
    ]),
  );
  it.each([1, 3])("finds by %i threads what is known late, wherever it stands", async (count) => {
    const { entries } = candidatesOf(notes);
    const values: Wanted[] = [];
    await using threads = startedThreads(count);
    const contents = new ContentScan(known(values), new AbortController().signal);
    contents.begin(() => threads.scan(bytesMax));
    for (const [index, entry] of entries.entries()) {
      contents.add([entry]);
      // Amid the others, in the order in which a walk finds them; `a` was scanned by then.
      if (index === 5) values.push({ from: "env-value", value: "mention-of-a" });
      await setTimeout(20);
    }
    values.push({ from: "env-value", value: "mention-of-c" });
    let doneBytes = 0;
    const verdicts = await contents.end(
      () => threads.scan(bytesMax),
      (bytes) => (doneBytes += bytes),
    );
    expect(sealedIn(entries, verdicts)).toEqual(
      ["a/1.md", "a/2.md", "a/3.md", "c/1.md", "c/2.md", "c/3.md"].map((path) => `${path} secret:env-value`),
    );
    expect(doneBytes).toBe(entries.reduce((sum, { size }) => sum + size, 0));
  });

  it("reads nothing twice where all was known before, and tells threads of values only now and then", async () => {
    const { entries } = candidatesOf(
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.md`, `${n}`])),
    );
    const values: Wanted[] = [{ from: "env-value", value: "not-in-there" }];
    const told: number[] = [];
    const asked: string[] = [];
    const here = new ScanHere(bytesMax);
    const threads: ScanThreads = {
      lookFor: (wanted) => (told.push(wanted.length), here.lookFor(wanted)),
      async *verdicts(batches) {
        for (const batch of batches) {
          asked.push(...(await batch).map(({ path }) => path));
          yield (await batch).map(() => ({ scannedSha256: "" }));
        }
      },
    };
    const large = entries.map((entry) => ({ ...entry, size: 3_000_000 }));
    const whole = new ContentScan(known(values), new AbortController().signal);
    whole.add(large);
    await whole.end(
      () => threads,
      () => {},
    );
    expect([told, asked.length]).toEqual([[1], 40]);

    const growing = new ContentScan(known(values), new AbortController().signal);
    growing.begin(() => threads);
    for (const entry of large) {
      growing.add([entry]);
      values.push({ from: "env-value", value: `later-${entry.path}` });
      await setTimeout(0);
    }
    const verdicts = await growing.end(
      () => threads,
      () => {},
    );
    expect(verdicts).toHaveLength(40);
    // Sixteen times meanwhile and once for all of it; each was asked for again, as the last value was known to none.
    expect([told.length, told.at(-1), asked.length]).toEqual([1 + 16 + 1, 41, 40 + 2 * 40]);
  });

  it("tells at the end what failed before", async () => {
    const { entries } = candidatesOf({ "a.md": "text" });
    const contents = new ContentScan(known([]), new AbortController().signal);
    const threads: ScanThreads = {
      lookFor: () => {},
      // eslint-disable-next-line require-yield
      async *verdicts() {
        throw new Error("a thread ended early");
      },
    };
    contents.begin(() => threads);
    await setTimeout(1);
    contents.add(entries);
    await expect(
      contents.end(
        () => threads,
        () => {},
      ),
    ).rejects.toThrow("a thread ended early");
  });
});

describe("the rules", () => {
  it.each([
    "ghs_1_a.",
    "a",
    "0",
    "sk-",
    "://",
    "password: ",
    "token=",
    "eyJaaaaaaaaaaaaa.",
    "-----BEGIN PRIVATE KE",
    "lin_api_",
    "-----BEGIN PRIVATE KEY-----",
    "xoxb-",
    "pass ",
    "M.",
  ])("come to an end on a megabyte of %j", async (unit) => {
    const startedAt = performance.now();
    const bytes = Buffer.from(unit.repeat(bytesMax / unit.length));
    const text = new SearchedText(bytes, bytes.length, "utf-8");
    const { found } = new SecretSearch([]).search(text);
    // As if every rule were suspected, but for the one that a pattern of ours comes before.
    const suspected = new Set(lintParts.map(({ rule }) => rule));
    if (found === undefined) await findByLint(text.text, suspected);
    expect(performance.now() - startedAt).toBeLessThan(8000);
  });
});

describe("what is written readable is what was scanned", () => {
  it("a file that got a secret between the look at its folder and the scan is sealed, and so counted", async () => {
    const world = await makeWorld();
    plant(world.home, smallInstallation);
    const note = join(world.home, ".openclaw/workspace/MEMORY.md");
    const start = (label: string): void => {
      if (label === "scan") appendFileSync(note, fakeSecrets.get("groq")!.text);
    };
    const report = await createBackup(
      { output: join(world.archives, "a.ocbak"), sealing: { recipients: [world.recipient] } },
      world.context({ progress: { start, advance() {}, finish() {} } }),
    );
    expect(report.sealed).toContainEqual({ reason: "not-scanned", entries: 1 });
    expect(report.complete).toBe(true);
  });

  it("a file that quotes a secret is sealed though the secret is found long after the file", async () => {
    const world = await makeWorld();
    const notes = Array.from({ length: 1500 }, (_, n) => [
      `a/${String(n).padStart(4, "0")}.md`,
      n % 500 === 3 ? "as I said: correct horse battery" : `note ${n}`,
    ]);
    const workspace = { ...Object.fromEntries(notes), "z/app/.env": "MY_PASSWORD='correct horse battery'" };
    plant(world.home, smallInstallation);
    plant(join(world.home, ".openclaw/workspace"), workspace);
    const archive = { output: join(world.archives, "a.ocbak"), sealing: { recipients: [world.recipient] } };
    const report = await createBackup({ ...archive, threads: 2 }, world.context());
    expect(report.sealed).toContainEqual({ reason: "secret:env-value", entries: 3 });
  });

  it.each([
    ["of which no scan knows", undefined],
    ["whose content is not what was scanned", "00".repeat(32)],
  ])("a file %s is never packed into the plain section, even if its times say nothing", (_what, sha256) => {
    const { entries } = candidatesOf({ "a.md": "text" });
    const entry: PlannedEntry = {
      ...entries[0]!,
      section: "plain",
      ...(sha256 === undefined ? {} : { scannedSha256: sha256 }),
    };
    const packer = new EntryPacker(
      { section: "plain", linkTargets: new Set(), standing: new Set() },
      { guard: new PathGuard(), buffers: new PackBuffers() },
    );
    const lines = [...packer.pack([entry])].flatMap((frame) => frame.lines);
    expect(packer.moved).toEqual([entry]);
    expect(lines).toMatchObject([{ status: "moved", reason: "it is not what was scanned for secrets" }]);
  });
});
