import { snapshotDatabase } from "../../disk/database.ts";
import { sidecarsOf } from "../../disk/database-family.ts";
import { DiskError } from "../../disk/errors.ts";
import { modeOf, sizeBytesOf } from "../../disk/identity.ts";
import { realPlace } from "../../disk/listing.ts";
import { type Absence as Missing, digestOfFile, ownersOf, targetOfLink } from "../../disk/look.ts";
import { OwnerNames } from "../../disk/owner-names.ts";
import type { PathGuard } from "../../disk/path-guard.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import { scan } from "../../disk/scan.ts";
import { exclusionRulesOf } from "../../openclaw/classes/exclusions.ts";
import { kindOfRootId } from "../../openclaw/root-kind.ts";
import type { Absence, ComparedEntry, Content, Owner, Side } from "./compared-entry.ts";
import type { DatabaseCopy } from "./database-copy.ts";
import type { LateWorkDir } from "./late-work-dir.ts";

/** A root of the archive, and where it lies on this machine, or would. */
export interface TreeRoot {
  readonly id: string;
  readonly target: string;
}

export interface TreeSideOptions {
  readonly workDir: LateWorkDir;
  readonly guard: PathGuard;
  readonly signal: AbortSignal;
}

/** The roots that are there; one that is not has no entries. Throws `root-unreadable`. */
export function presentRoots(roots: readonly TreeRoot[]): TreeRoot[] {
  return roots.filter((root) => {
    try {
      realPlace({ id: root.id, path: root.target });
      return true;
    } catch (error) {
      if (error instanceof DiskError && error.code === "root-missing") return false;
      throw error;
    }
  });
}

/** What a backup would take of trees on disk, in archive order, and what it would leave out. `include`: globs. */
export function scanTree(roots: readonly TreeRoot[], include: readonly string[]): readonly PlannedEntry[] {
  return scan(roots.map(captureRoot), { seal: [], plainBytesMax: 0, include }).entries;
}

/** A tree as scanned. Content is read only where it is asked for. */
export function treeSide(entries: readonly PlannedEntry[], options: TreeSideOptions): Side {
  return { entries: new Look(options).entries(entries), isWhole: true, leftOut: "differs" };
}

/** A root of a kind that nobody here knows is taken whole. */
function rulesOfRoot(id: string): ReturnType<typeof exclusionRulesOf> {
  const kind = kindOfRootId(id);
  return kind === undefined ? [] : exclusionRulesOf({ id, kind });
}

function captureRoot({ id, target }: TreeRoot) {
  return { id, path: target, sealing: "always", exclude: rulesOfRoot(id) } as const;
}

class Look {
  readonly #options: TreeSideOptions;
  readonly #names = new OwnerNames();

  constructor(options: TreeSideOptions) {
    this.#options = options;
  }

  *entries(planned: readonly PlannedEntry[]): Generator<ComparedEntry> {
    for (const entry of planned) {
      const seen = this.#see(entry);
      if (seen !== undefined) yield seen;
    }
  }

  #see(entry: PlannedEntry): ComparedEntry | undefined {
    const { path, excluded, unreadable, vanished, identity } = entry;
    const type = entry.type === "hardlink" ? "file" : entry.type;
    if (vanished !== undefined) return undefined;
    if (excluded !== undefined)
      return { path, type, absence: { kind: "left-out", reason: `excluded:${excluded.rule}` } };
    if (unreadable !== undefined) return { path, type, absence: absenceOf({ unreadable }) };
    const common = { path, type, owner: () => this.#ownerOf(entry) };
    if (type === "symlink") return this.#seeLink(entry, common);
    const mode = (identity === undefined ? 0 : modeOf(identity)) & 0o777;
    if (type === "directory") return { ...common, mode };
    return { ...common, mode, link: entry.link, content: this.#contentOf(entry) };
  }

  #seeLink(
    entry: PlannedEntry,
    common: Pick<ComparedEntry, "path" | "type" | "owner">,
  ): ComparedEntry | undefined {
    const found = targetOfLink(entry.source, this.#options.guard);
    if ("target" in found) return { ...common, target: found.target };
    const absence = absenceOf(found);
    return absence.kind === "gone" ? undefined : { ...common, absence };
  }

  #contentOf(entry: PlannedEntry): Content {
    const { source, identity, database } = entry;
    const { guard, signal } = this.#options;
    return {
      sizeBytes: identity === undefined ? 0 : sizeBytesOf(identity),
      digest: async () => {
        const found = await digestOfFile(source, guard, signal);
        return "sha256" in found ? found : absenceOf(found);
      },
      ...(database === true && {
        copy: () => this.#snapshot(entry),
        hasLog: sidecarsOf(source, guard).some((suffix) => suffix !== "-shm"),
      }),
    };
  }

  async #snapshot(entry: PlannedEntry): Promise<DatabaseCopy | Absence> {
    const { workDir, guard, signal } = this.#options;
    const made = await snapshotDatabase(entry, { workDir: workDir.path, guard }, { signal });
    if (made.status === "ok") return { file: made.file };
    const { status, reason } = made;
    if (status === "raw") return { reason };
    return absenceOf(status === "vanished" ? { vanished: reason } : { unreadable: reason });
  }

  #ownerOf({ source }: PlannedEntry): Owner | undefined {
    const found = ownersOf(source, this.#options.guard);
    if (found === undefined) return undefined;
    const { uid, gid } = found;
    return { uid, gid, uname: this.#names.user(uid), gname: this.#names.group(gid) };
  }
}

function absenceOf(missing: Missing): Absence {
  return "vanished" in missing
    ? { kind: "gone", reason: `vanished: ${missing.vanished}` }
    : { kind: "unreadable", reason: `unreadable: ${missing.unreadable}` };
}
