import { createHash, hash } from "node:crypto";
import type { Context } from "../../src/backup/context.ts";
import { BackupError } from "../../src/backup/errors.ts";
import { silentProgress } from "../../src/backup/progress.ts";
import { proveArchive } from "../../src/backup/prove.ts";
import type { VerifyLevel } from "../../src/backup/reports.ts";
import { surveyReport } from "../../src/backup/verify-survey.ts";
import { DiskError } from "../../src/disk/errors.ts";
import { Archive, type OpenArchive } from "../../src/format/archive.ts";
import { type FileLine, type StoredLine, isStored } from "../../src/format/entry.ts";
import { FormatError } from "../../src/format/errors.ts";
import { mergedLines } from "../../src/format/index-check.ts";
import type { Keys } from "../../src/format/seal/header.ts";
import { surveyArchive } from "../../src/format/survey/survey.ts";
import { proveFile, readFileContent, walkSelected } from "../../src/format/walk.ts";
import { Secret } from "../../src/format/secret.ts";
import { OpenClawError } from "../../src/openclaw/errors.ts";
import { StoreError } from "../../src/store/errors.ts";
import { memorySource } from "../support/archives.ts";
import { Seen, Violation, checkAccepted, demand } from "./accepted.ts";
import { type FuzzKey, strangersIdentity } from "./corpus.ts";

const context = { progress: silentProgress, signal: new AbortController().signal } as unknown as Context;
export const noKeys: Keys = { identities: [] };

/** An identity that does not fit, or is none. */
function wrongKey(turn: number): Keys {
  const identity = new Secret(turn % 2 === 0 ? strangersIdentity : "AGE-SECRET-KEY-1NONE");
  return { identities: [identity], passphrase: () => Promise.resolve(new Secret("wrong")) };
}

/** The code of an error that may leave the public API; anything else is thrown on. */
function codeOf(error: unknown): string {
  const typed = [FormatError, BackupError, DiskError, OpenClawError, StoreError].some(
    (one) => error instanceof one,
  );
  if (!typed) throw error;
  return (error as FormatError).code;
}

export async function codeOfAsync(work: Promise<unknown>): Promise<string> {
  return work.then(() => "accepted", codeOf);
}

/** Deriving a key may cost a gigabyte, as the format allows: such archives are read as if nobody had the passphrase. */
export function affordableKeys(bytes: Buffer, keys: Keys): Keys {
  return /-> scrypt \S+ (1[5-9]|20)\n/.test(bytes.toString("latin1")) ? noKeys : keys;
}

/** What each reader makes of an input. */
export type Outcomes = { [reader: string]: string };

export interface Reading {
  readonly bytes: Buffer;
  readonly key: FuzzKey;
  readonly levels: readonly VerifyLevel[];
  /** `path sha256` of all that the bases hold, where nothing of the input was made to fit. */
  readonly genuine: ReadonlySet<string> | undefined;
}

/** Reads an input in every way. Throws for what must not be. */
export async function readEverywhere(reading: Reading): Promise<Outcomes> {
  const { bytes, key } = reading;
  const keys = affordableKeys(bytes, key.keys);
  const outcomes: Outcomes = {};
  // What is read twice much alike is read every other time; the same input always in the same way.
  const turn = hash("sha256", bytes, "buffer")[0]!;
  for (const level of reading.levels) {
    const { code, refusal } = await proved({ ...reading, key: { ...key, keys } }, level);
    outcomes[level] = code;
    const isTold = level === "intact" && (code === outcomes["quick"] || turn % 2 === 0);
    if (refusal?.verdict !== undefined && !isTold) await reported(bytes, refusal, { keys, level });
  }
  const { quick, intact, full } = outcomes;
  demand(full !== "accepted" || isTaken(intact), "full, but not intact");
  demand(intact !== "accepted" || isTaken(quick), "intact, but not complete");
  outcomes["list"] = await codeOfAsync(listed(bytes, undefined, intact === "accepted"));
  outcomes["list with key"] = await codeOfAsync(listed(bytes, keys, full === "accepted"));
  demand(full !== "accepted" || outcomes["list with key"] === "accepted", "full, but cannot be listed");
  if (turn % 2 === 0) await salvaged(reading, undefined);
  await salvaged(reading, keys);
  if (turn < 16) outcomes["wrong key"] = await codeOfAsync(listed(bytes, wrongKey(turn), false));
  return outcomes;
}

/** Also where that level was not asked for. */
function isTaken(outcome: string | undefined): boolean {
  return outcome === undefined || outcome === "accepted";
}

async function proved(
  { bytes, key }: Reading,
  level: VerifyLevel,
): Promise<{ readonly code: string; readonly refusal?: FormatError }> {
  const seen = new Seen();
  let fileKey: Buffer | undefined;
  const options = {
    level,
    visitor: seen,
    fileKey: async (archive: Archive) => (fileKey = await archive.fileKey(key.keys)),
  };
  try {
    await proveArchive(memorySource(bytes), options, context);
  } catch (error) {
    return { code: codeOf(error), refusal: error as FormatError };
  }
  if (level === "full") checkAccepted(bytes, fileKey!, seen);
  return { code: "accepted" };
}

const refusals: ReadonlySet<string> = new Set([
  "damaged",
  "partial",
  "unsafe",
  "unbound",
  "unsupported",
  "not-an-archive",
]);

/** The report on what was refused: never a proof, and numbers that can be. */
async function reported(
  bytes: Buffer,
  refusal: FormatError,
  options: { keys: Keys; level: VerifyLevel },
): Promise<void> {
  const told = await surveyReport(memorySource(bytes), refusal, options);
  demand(refusals.has(told.verdict), `refused as ${refusal.code}, reported as ${told.verdict}`);
  const share = told.presentShare;
  demand(share === null || (share >= 0 && share <= 1), `a share of ${share}`);
  for (const { presentBytes, badRanges, entries } of told.sections) {
    demand(
      presentBytes >= 0 && presentBytes <= bytes.length,
      `${presentBytes} of ${bytes.length} bytes present`,
    );
    for (const { offset, length } of badRanges)
      demand(
        offset >= 0 && offset <= bytes.length && (length === null || length > 0),
        `bad bytes ${offset}+${length}`,
      );
    demand(
      Object.values(entries).every((count) => Number.isSafeInteger(count) && count >= 0),
      "odd counts",
    );
  }
  demand(told.findings.length > 0, "refused, but nothing found");
}

/** As `ls`, `cat` and `extract` read. */
async function listed(bytes: Buffer, keys: Keys | undefined, isWhole: boolean): Promise<void> {
  const archive = await Archive.open(memorySource(bytes));
  const entries = await archive.openEntries(keys && (await archive.fileKey(keys)), { prove: false });
  const files: [FileLine, OpenArchive["plain"]][] = [];
  for await (const { line, section } of mergedLines(
    entries.sealed ? [entries.plain, entries.sealed] : [entries.plain],
  ))
    if (isStored(line) && line.type === "file" && files.length < 3) files.push([line, section]);
  for (const [line, section] of files) {
    const code = await codeOfAsync(proveFile(section, line));
    demand(code === "accepted" || !isWhole, `whole, but ${line.path} is refused as ${code}`);
    if (code === "accepted") await checkContent(section, line);
  }
  for (const section of entries.sealed ? [entries.plain, entries.sealed] : [entries.plain]) {
    const work = walkSelected(section, () => true, new Seen());
    const code = await codeOfAsync(work);
    demand(code === "accepted" || !isWhole, `whole, but not to be extracted: ${code}`);
  }
}

async function checkContent(section: OpenArchive["plain"], line: FileLine): Promise<void> {
  const digest = createHash("sha256");
  for await (const piece of readFileContent(section, line)) digest.update(piece);
  demand(digest.digest("hex") === line.sha256, `${line.path} was proved, but other bytes were given out`);
}

/** Takes what a survey calls whole, and holds it to its line and, where nothing was forged, to what was written. */
async function salvaged({ bytes, genuine }: Reading, keys: Keys | undefined): Promise<void> {
  let open: { line: StoredLine; parts: Buffer[] } | undefined;
  await surveyArchive(memorySource(bytes), keys, {
    begin: (line) => {
      demand(open === undefined, `${line.path} begins before another has ended`);
      open = { line, parts: [] };
    },
    content: (part) => void open!.parts.push(Buffer.from(part)),
    end: (line, verdict) => {
      const content = Buffer.concat(open!.parts);
      open = undefined;
      if (verdict !== "whole" || line.type !== "file") return;
      const sha256 = hash("sha256", content, "hex");
      demand(
        content.length === line.size && sha256 === line.sha256,
        `${line.path} is called whole, but is not`,
      );
      if (genuine !== undefined && !genuine.has(`${line.path} ${sha256}`))
        throw new Violation(`${line.path} is called whole, but never was written so`);
    },
  });
  demand(open === undefined, "an entry was begun and never ended");
}
