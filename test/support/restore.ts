import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { inspectTargets } from "../../src/disk/inspect-target.ts";
import { Pins } from "../../src/disk/pins.ts";
import { planPlacement, type RestoreRoot } from "../../src/disk/plan.ts";
import type { Processes } from "../../src/system/process-mark.ts";
import { promote, type PromoteOptions } from "../../src/disk/promote.ts";
import { removeContents } from "../../src/disk/remove-tree.ts";
import { assertPlaceable } from "../../src/disk/refusals.ts";
import { StagingWriter, type StagingOptions, type StagingSummary } from "../../src/disk/staging-writer.ts";
import { Staging } from "../../src/disk/staging.ts";
import { parseEntryPath } from "../../src/format/entry-path.ts";
import type { Attributes, SectionName, StoredLine } from "../../src/format/entry.ts";

/** An entry as a literal; bytes of names and targets as latin1, so that JSON carries them. */
export interface Entry {
  readonly path: string;
  readonly directory?: true;
  readonly content?: string;
  readonly target?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly mtime?: string;
  readonly sparse?: true;
}

export interface ScratchHome {
  /** Real path of a fresh directory. */
  readonly home: string;
  readonly remove: () => void;
}

/** For `beforeEach`, which is to return `remove`: trees with closed directories and names of any bytes go too. */
export function scratchHome(): ScratchHome {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "ocbak-test-")));
  const remove = (): void => {
    removeContents(Buffer.from(home));
    rmdirSync(home);
  };
  return { home, remove };
}

const testTime = "1700000000123456789";

export function lineOf(entry: Entry): StoredLine {
  const path = parseEntryPath(Buffer.from(entry.path, "latin1"));
  const attributes: Attributes & { status: "ok" } = {
    mode: entry.mode ?? (entry.directory ? 0o755 : 0o644),
    mtime: entry.mtime ?? testTime,
    uid: 4242,
    gid: 4242,
    uname: "old",
    gname: "old",
    status: "ok",
  };
  if (entry.directory) return { path, type: "directory", ...attributes };
  if (entry.target !== undefined) return { path, type: "symlink", target: entry.target, ...attributes };
  if (entry.link !== undefined) {
    return { path, type: "hardlink", link: parseEntryPath(Buffer.from(entry.link, "latin1")), ...attributes };
  }
  const content = Buffer.from(entry.content ?? "", "latin1");
  const sha256 = createHash("sha256").update(content).digest("hex");
  const file = { path, type: "file" as const, size: content.length, sha256, offset: 0, ...attributes };
  return entry.sparse ? { ...file, sparse: true } : file;
}

/** Feeds entries as a reader does, content in pieces of odd sizes. */
export function write(writer: StagingWriter, entries: readonly Entry[], each?: () => void): void {
  for (const entry of entries) {
    const line = lineOf(entry);
    writer.begin(line);
    each?.();
    const content = Buffer.from(entry.content ?? "", "latin1");
    for (let offset = 0; offset < content.length; offset += 70_001) {
      writer.content(content.subarray(offset, offset + 70_001));
      each?.();
    }
    writer.end(line);
    each?.();
  }
}

export interface RestoreSpec {
  readonly roots: readonly RestoreRoot[];
  /** Section by section, as they stand in an archive. */
  readonly plain?: readonly Entry[];
  readonly sealed?: readonly Entry[];
  readonly home?: string;
  readonly existing?: "refuse" | "put-aside";
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly privateRoots?: readonly string[];
  readonly outsideLinks?: StagingOptions["outsideLinks"];
  readonly now?: Date;
  /** Called after each call of the writer, with its number. */
  readonly each?: (count: number) => void;
  readonly beforeStep?: PromoteOptions["beforeStep"];
  /** Called when all is in its place, before the staging directories go. */
  readonly afterSteps?: () => void;
}

export interface Restored {
  readonly targets: readonly {
    readonly root: string;
    readonly path: string;
    readonly replaced?: string;
  }[];
  readonly summary: StagingSummary;
}

export const thisProcess: Processes = {
  host: "testhost",
  pid: process.pid,
  isRunning: (pid) => existsSync(`/proc/${pid}`),
};

export const restoreTime = new Date("2026-09-22T14:53:00Z");

/** The disk half of a restore, from plan to promotion, as the use case runs it. */
export async function restore(spec: RestoreSpec): Promise<Restored> {
  const uid = process.getuid!();
  const owner = spec.owner ?? { uid, gid: process.getgid!() };
  const ownership = uid === 0 ? owner : undefined;
  const placement = planPlacement(spec.roots, {
    facts: inspectTargets(spec.roots, spec.home ?? null),
    existing: spec.existing ?? "refuse",
    owner,
    uid,
    now: spec.now ?? restoreTime,
    suffix: "0123abcd",
  });
  assertPlaceable(placement);
  using pins = new Pins();
  using staging = new Staging(placement, { pins, uid, processes: thisProcess });
  using writer = new StagingWriter({
    place: (root) => staging.place(root),
    trees: placement.tops.map((top) => top.target),
    outsideLinks: spec.outsideLinks ?? "refuse",
    privateRoots: new Set(spec.privateRoots),
    ownership,
  });
  let count = 0;
  const each = (): void => spec.each?.((count += 1));
  for (const section of ["plain", "sealed"] as const satisfies SectionName[])
    write(writer, spec[section] ?? [], each);
  const summary = await writer.finish(() => staging.flush());
  const journal = await promote(placement.tops, {
    pins,
    ownership,
    now: spec.now ?? restoreTime,
    ...(spec.beforeStep && { beforeStep: spec.beforeStep }),
  });
  spec.afterSteps?.();
  staging.keepRecords(journal);
  const targets = journal.targets.map(({ root, path, replaced }) => ({
    root,
    path,
    ...(replaced !== null && { replaced }),
  }));
  return { targets, summary };
}

/** A tree as a literal: path → what it is. Names as latin1, walked with readdir and lstat only. */
export function describeTree(directory: string, below = ""): Record<string, string> {
  const here = Buffer.concat([
    Buffer.from(directory),
    Buffer.from(below === "" ? "" : `/${below}`, "latin1"),
  ]);
  const names = readdirSync(here, { encoding: "buffer" }).map((name) => name.toString("latin1"));
  return Object.assign(
    {},
    ...names.toSorted().map((name) => {
      const path = below === "" ? name : `${below}/${name}`;
      const place = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, "latin1")]);
      const stat = lstatSync(place);
      const mode = (stat.mode & 0o7777).toString(8).padStart(4, "0");
      if (stat.isSymbolicLink()) return { [path]: `-> ${readlinkSync(place, "latin1")}` };
      if (stat.isDirectory()) return { [path]: `${mode} directory`, ...describeTree(directory, path) };
      return { [path]: `${mode} ${readFileSync(place, "latin1")}` };
    }),
  ) as Record<string, string>;
}

export function nanoseconds(...path: string[]): bigint {
  return lstatSync(join(...path), { bigint: true }).mtimeNs;
}
