import type { EntryPath } from "../../format/entry-path.ts";
import { displayBytes, displayPath } from "../../format/entry-path.ts";
import type { Absence, ComparedEntry, Content, Owner } from "./compared-entry.ts";
import { type RowDifference, compareRows } from "./database-copy.ts";

export interface Change {
  readonly what: "type" | "status" | "content" | "mode" | "owner" | "group" | "target" | "hard link";
  /** For people; null where it cannot be put into a word. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface Changed {
  readonly changes: readonly Change[];
  readonly database?: RowDifference;
}

export interface PairOptions {
  readonly owners: boolean;
  readonly signal: AbortSignal;
}

/** In what two entries of one path differ. A right one that is gone meanwhile is `gone`. */
export async function comparePair(
  left: ComparedEntry,
  right: ComparedEntry,
  options: PairOptions,
): Promise<Changed | "gone"> {
  if (left.type !== right.type) return { changes: [change("type", left.type, right.type)] };
  const found = await compareContent(left.content, right.content, options.signal);
  if (isAbsence(found)) return found.kind === "gone" ? "gone" : { changes: [statusChange(undefined, found)] };
  const changes = [
    ...(found === undefined ? [] : [change("content", null, null)]),
    ...linkChange(left.link, right.link),
    ...(left.target === right.target ? [] : [change("target", shown(left.target), shown(right.target))]),
    ...modeChange(left, right),
    ...(options.owners ? ownerChanges(left.owner?.(), right.owner?.()) : []),
  ];
  return { changes, ...(found !== undefined && found !== "differs" && { database: found }) };
}

/** One of the two has nothing to compare. */
export function statusChange(left: Absence | undefined, right: Absence | undefined): Change {
  return change("status", left?.reason ?? "ok", right?.reason ?? "ok");
}

type Found = RowDifference | Absence | "differs" | undefined;

function isAbsence(found: Found): found is Absence {
  return typeof found === "object" && "kind" in found;
}

async function compareContent(
  left: Content | undefined,
  right: Content | undefined,
  signal: AbortSignal,
): Promise<Found> {
  if (left === undefined || right === undefined) return undefined;
  const areDatabases = left.copy !== undefined && right.copy !== undefined;
  const bytesProve = !areDatabases || (left.hasLog !== true && right.hasLog !== true);
  const sameBytes =
    bytesProve && left.sizeBytes === right.sizeBytes ? await compareDigests(left, right) : false;
  if (sameBytes === true) return undefined;
  if (sameBytes !== false) return sameBytes;
  return areDatabases ? compareRows(left.copy, right.copy, signal) : "differs";
}

async function compareDigests(left: Content, right: Content): Promise<boolean | Absence> {
  const a = await left.digest();
  const b = await right.digest();
  if ("kind" in a) return a;
  return "kind" in b ? b : a.sha256 === b.sha256;
}

/** A restore takes the rights of others away where secrets lie: as it was, or as a restore makes it, is no difference. */
function modeChange(left: ComparedEntry, right: ComparedEntry): Change[] {
  if (left.mode === undefined || right.mode === undefined) return [];
  if (left.mode === right.mode || left.restoredMode === right.mode) return [];
  return [change("mode", octal(left.mode), octal(right.mode))];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function linkChange(left: EntryPath | undefined, right: EntryPath | undefined): Change[] {
  if (left === right) return [];
  return [change("hard link", left ? displayPath(left) : null, right ? displayPath(right) : null)];
}

/** By name where both have one, else by number: numbers differ from machine to machine. */
function ownerChanges(left: Owner | undefined, right: Owner | undefined): Change[] {
  if (left === undefined || right === undefined) return [];
  return [
    ...nameChange("owner", [left.uname, left.uid], [right.uname, right.uid]),
    ...nameChange("group", [left.gname, left.gid], [right.gname, right.gid]),
  ];
}

type Name = readonly [name: string, id: number];

function nameChange(what: "owner" | "group", left: Name, right: Name): Change[] {
  const byName = left[0] !== "" && right[0] !== "";
  const [from, to] = [left, right].map(([name, id]) => (byName ? displayBytes(name) : String(id)));
  return from === to ? [] : [change(what, from!, to!)];
}

function shown(target: string | undefined): string | null {
  return target === undefined ? null : displayBytes(target);
}

function change(what: Change["what"], from: string | null, to: string | null): Change {
  return { what, from, to };
}
