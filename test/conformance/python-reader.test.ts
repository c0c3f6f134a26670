import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dir } from "tmp-promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EntryPath, parseEntryPath } from "../../src/format/entry-path.ts";
import type { IndexLine, SectionName } from "../../src/format/entry.ts";
import { encodeIndexLine } from "../../src/format/encode-line.ts";
import {
  type TestArchiveOptions,
  incompressible,
  smallTrees,
  writeTestArchive,
} from "../support/archives.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import type { Sealing } from "../../src/format/seal/header.ts";
import { outcome, prove } from "../support/read.ts";
import type { Vector } from "../../fixtures/vector-file.ts";
import { readVector, vectorNames } from "../../fixtures/vector-set.ts";
import { testSigningKey } from "../support/signing.ts";

const tools = ["python3", "zstd", "age", "ssh-keygen"];
const missing = tools.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
const isWanted = process.env["OCBAK_REQUIRE_TOOLS"] === "1";
if (missing.length > 0)
  console.warn(`${missing.join(", ")} not installed: that a reader written from spec/ agrees is NOT TESTED`);

const reader = fileURLToPath(new URL("reader.py", import.meta.url));

interface Said {
  readonly verdict: string;
  readonly code?: string;
  readonly reason?: string;
  readonly entries?: unknown[];
}

describe.skipIf(missing.length > 0 && !isWanted)(
  "a reader in Python, written from the specification alone",
  () => {
    let place: Awaited<ReturnType<typeof dir>>;
    let sealing: Sealing;
    beforeEach(async () => {
      place = await dir({ unsafeCleanup: true });
      const { identity, recipient } = await generateIdentity("x25519");
      sealing = { recipients: [recipient] };
      writeFileSync(join(place.path, "key.txt"), `${identity.reveal()}\n`, { mode: 0o600 });
    });
    afterEach(() => place.cleanup());

    function python(archives: readonly Buffer[], level: "quick" | "intact" | "full" = "full"): Said[] {
      const files = archives.map((_bytes, at) => join(place.path, `${at}.ocbak`));
      for (const [at, file] of files.entries()) writeFileSync(file, archives[at]!);
      const options = { quick: ["-q"], intact: [], full: ["-i", join(place.path, "key.txt")] }[level];
      const { stdout, stderr } = spawnSync("python3", [reader, ...options, ...files], {
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
      });
      expect(stderr).toBe("");
      return stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Said);
    }

    it("takes archives of every kind of entry, and sees the same in them", async () => {
      const written = new Map<string, Awaited<ReturnType<typeof writeTestArchive>>>();
      for (const [title, options] of Object.entries(archives()))
        written.set(title, await writeTestArchive({ sealing, ...options }));
      const all = [...written.values()].map(({ bytes }) => bytes);
      const [quick, intact, full] = [python(all, "quick"), python(all, "intact"), python(all, "full")];
      for (const [at, [title, archive]] of [...written].entries()) {
        const entries = await entriesOf(archive.bytes, archive.written.fileKey);
        const plain = entries.filter(({ section }) => section === "plain");
        expect([title, quick[at]!.verdict]).toEqual([title, "complete"]);
        expect([title, intact[at]!.verdict, intact[at]!.entries]).toEqual([title, "intact", plain]);
        expect([title, full[at]!.verdict, full[at]!.entries]).toEqual([title, "full", entries]);
      }
    });

    it("refuses a flipped bit wherever it is, and calls it the same", async () => {
      const { bytes, written } = await writeTestArchive({ sealing, signingKey: testSigningKey() });
      const places = Array.from({ length: 80 }, (_, at) => Math.floor((at * bytes.length) / 80) + 3);
      const bent = places.map((at) => {
        const copy = Buffer.from(bytes);
        copy[at]! ^= 1 << (at % 8);
        return copy;
      });
      const theirs = python(bent).map(({ code }, at) => [places[at], code]);
      const ours = await Promise.all(bent.map((copy) => outcome(copy, { fileKey: written.fileKey })));
      expect(theirs).toEqual(ours.map((code, at) => [places[at], code]));
    });

    it("tells a cut archive from one with bytes behind it, and from no archive", async () => {
      const { bytes } = await writeTestArchive({ sealing });
      const cuts = [1, 511, 512, 70_000, bytes.length - 1].map((length) => bytes.subarray(0, length));
      const others = [Buffer.concat([bytes, Buffer.from("x")]), Buffer.alloc(0), incompressible(10_000)];
      const said = python([...cuts, ...others]);
      expect(said.map(({ verdict }) => verdict)).toEqual([
        ...cuts.map(() => "partial"),
        "damaged",
        "not-an-archive",
        "not-an-archive",
      ]);
      expect(said[cuts.length]!.code).toBe("trailing-data");
    });

    it("says of each vector what it expects", { timeout: 300_000 }, () => {
      const disagreements: object[] = [];
      for (const [way, all] of vectorsByWay()) {
        if (way.identity) writeFileSync(join(place.path, "key.txt"), `${way.identity}\n`);
        const said = python(
          all.map(({ vector }) => vector.bytes),
          way.level,
        );
        for (const [at, { name, vector }] of all.entries()) {
          const told = said[at]!.code ?? said[at]!.verdict;
          const expected = vector.code ?? vector.expect;
          if (told !== expected) disagreements.push({ name, expected, told, reason: said[at]!.reason });
        }
      }
      expect(disagreements).toEqual([]);
    });

    it("says that a key does not fit, and nothing of the archive", async () => {
      const other = await generateIdentity("x25519");
      const { bytes } = await writeTestArchive({ sealing: { recipients: [other.recipient] } });
      expect(python([bytes])).toMatchObject([{ verdict: null, code: "no-key" }]);
    });
  },
);

interface Way {
  readonly level: Vector["level"];
  readonly identity: string;
}

/** The vectors, by how they are to be read. What the age program of Debian cannot open is left out. */
function vectorsByWay(): [Way, { name: string; vector: Vector }[]][] {
  const ways = new Map<string, { name: string; vector: Vector }[]>();
  for (const name of vectorNames()) {
    const vector = readVector(name);
    const { level, identity = [], passphrase, signer } = vector;
    const isBeyondAge = passphrase !== undefined || identity.some((one) => one.includes("-PQ-"));
    const isKeyless = level === "full" && identity.length === 0;
    if (isBeyondAge || isKeyless || signer !== undefined) continue;
    const way = JSON.stringify({ level, identity: identity.join("\n") });
    ways.set(way, [...(ways.get(way) ?? []), { name, vector }]);
  }
  return [...ways].map(([way, all]) => [JSON.parse(way) as Way, all]);
}

/** One a title; together every kind of entry header, name, time and number. */
function archives(): { [title: string]: Omit<TestArchiveOptions, "sealing"> } {
  const root = { "workspace.main": { directory: true } } as const;
  const long = `workspace.main/${"d".repeat(120)}`;
  const paths = {
    "workspace.main/a": "1",
    "workspace.main/b": "2",
    "workspace.main/c": "3",
    "workspace.main/d": "4",
  };
  return {
    "a small archive": {},
    "an archive without entries": { plain: {}, sealed: {} },
    "a signed archive": { signingKey: testSigningKey() },
    "long names": {
      plain: {
        ...root,
        [long]: { directory: true },
        [`${long}/${"f".repeat(255)}`]: "long",
        [`workspace.main/${"e".repeat(85)}`]: "100 bytes",
        [`workspace.main/${"e".repeat(86)}`]: "101 bytes",
        "workspace.main/link": { target: "x/".repeat(100) },
        "workspace.main/zz": { link: `${long}/${"f".repeat(255)}` },
      },
    },
    "names beyond ASCII": {
      plain: {
        ...root,
        "workspace.main/é": "1",
        "workspace.main/e\u0301": "2",
        "workspace.main/\u{1f980}": { target: "né" },
      },
    },
    "names with line feeds, quotes, escapes and no end of letters": {
      plain: {
        ...root,
        'workspace.main/"\\\n\t\u0001\u007f\u2028': "odd",
        "workspace.main/\u{feff}bom": "bom",
      },
    },
    "names that are no UTF-8": {
      plain: {
        ...root,
        "workspace.main/\xff\xfe": "1",
        "workspace.main/l": { target: "t" },
        "workspace.main/\xff\xff": { link: "workspace.main/\xff\xfe" },
      },
      pathOf: (text) => parseEntryPath(Buffer.from(text, "latin1")),
    },
    "times before 1970 and far beyond": {
      plain: { ...root, ...paths },
      attributesOf: times("-1", "-1500000000", "-9000000000000000000", "8589934592000000000"),
    },
    "times of whole seconds, of tenths, of none": {
      plain: { ...root, ...paths },
      attributesOf: times("0", "1000000000", "1100000000", "8589934591999999999"),
    },
    "large numbers and long names of owners": {
      plain: { ...root, ...paths },
      attributesOf: (text) => ({
        uid: text.endsWith("a") ? 2_097_152 : 2_097_151,
        gid: text.endsWith("b") ? 4_294_967_295 : 0,
        uname: text.endsWith("c") ? "u".repeat(32) : "u".repeat(31),
        gname: text.endsWith("d") ? Buffer.from("größe").toString("latin1") : "",
        mode: text.endsWith("a") ? 0 : 0o777,
      }),
    },
    "a file over several frames and segments": {
      plain: { ...root, "workspace.main/large": incompressible(300_000), "workspace.main/tail": "after it" },
      sealed: { state: { directory: true }, "state/large": incompressible(200_000) },
      frameBytes: 65_536,
    },
    "frames of every way to say their size": {
      plain: {
        ...root,
        ...Object.fromEntries(
          [0, 1, 255, 256, 511, 512, 513, 65_535, 65_536, 70_000].map((n) => [
            `workspace.main/${n}`,
            "x".repeat(n),
          ]),
        ),
      },
      frameBytes: 4096,
    },
    "entries that have no content, and one that moved": {
      plain: { ...root, "workspace.main/gone": { absent: "moved", reason: "it changed" } },
      sealed: {
        ...smallTrees.sealed,
        "workspace.main/gone": "a secret now",
        "state/cache": { absent: "excluded:cache" },
        "state/lost": { absent: "vanished" },
        "state/shut": { absent: "unreadable", reason: "EACCES" },
      },
    },
  };
}

/** The times of a, b, c and d. */
function times(...values: string[]): (text: string) => { mtime: string } {
  return (text) => ({ mtime: values["abcd".indexOf(text.at(-1)!)] ?? "0" });
}

type Entry = { readonly section: SectionName } & { readonly [key: string]: unknown };

/** What this project's reader sees, byte strings in hexadecimal. */
async function entriesOf(bytes: Buffer, fileKey: Buffer): Promise<Entry[]> {
  const found: { line: IndexLine; section: SectionName }[] = [];
  const visitor = {
    begin: (line: IndexLine, section: SectionName) => void found.push({ line, section }),
    absent: (line: IndexLine, section: SectionName) => void found.push({ line, section }),
    content() {},
    end() {},
  };
  await prove(bytes, { fileKey }, "full", visitor);
  return found.map(({ line, section }) => ({ section, ...shown(line) }));
}

function hex(bytes: EntryPath | string): string {
  return Buffer.from(bytes, "latin1").toString("hex");
}

function shown(line: IndexLine): { [key: string]: unknown } {
  const {
    pathHex: _path,
    targetHex: _target,
    linkHex: _link,
    ...json
  } = JSON.parse(encodeIndexLine(line)) as {
    [key: string]: unknown;
  };
  return {
    ...json,
    path: hex(line.path),
    ...("target" in line && { target: hex(line.target) }),
    ...("link" in line && { link: hex(line.link) }),
  };
}
