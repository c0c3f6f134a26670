import { hash } from "node:crypto";
import { zstdDecompressSync } from "node:zlib";
import { parseCanonical, encodeCanonical } from "../../src/format/canonical-json.ts";
import { type SectionName, type StoredLine, isStored, sectionNames } from "../../src/format/entry.ts";
import { encodeIndexLine, encodeInventoryLine } from "../../src/format/encode-line.ts";
import { parseIndexLine, parseInventoryLine } from "../../src/format/index-line.ts";
import { controlPath, encodeControlHeader, encodeEntryHeader } from "../../src/format/inner-tar.ts";
import { memberNames } from "../../src/format/member.ts";
import { encodeSeekTable } from "../../src/format/seek-table.ts";
import { PayloadSealer, openPayload } from "../../src/format/seal/payload.ts";
import type { EntryVisitor } from "../../src/format/visitor.ts";
import { membersOf, remade } from "../support/members.ts";
import { type TarRecord, tarRecords } from "./tar.ts";

/** Something that must never be, whatever the input. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export function demand(holds: boolean, what: string): void {
  if (!holds) throw new Violation(what);
}

/** What a reader gives to its visitor. */
export class Seen implements EntryVisitor {
  readonly stored: Record<SectionName, { readonly line: StoredLine; readonly content: Buffer }[]> = {
    plain: [],
    sealed: [],
  };
  #section: SectionName = "plain";
  #parts: Buffer[] = [];

  begin(_line: StoredLine, section: SectionName): void {
    this.#section = section;
    this.#parts = [];
  }

  content(bytes: Uint8Array): void {
    this.#parts.push(Buffer.from(bytes));
  }

  end(line: StoredLine): void {
    this.stored[this.#section].push({ line, content: Buffer.concat(this.#parts) });
  }
}

/** Holds an archive that was accepted with the key to what § 1 says: decoded and encoded again it is the same bytes. */
export function checkAccepted(bytes: Buffer, fileKey: Buffer, seen: Seen): void {
  const members = membersOf(bytes);
  const signature = members.filter(({ name }) => name === memberNames.signature);
  demand(remade(bytes, { signature: () => signature }).equals(bytes), "made again, the file differs outside");
  const manifest = members[0]!.content;
  demand(encodeCanonical(parseCanonical(manifest, "")) === manifest.toString(), "the manifest differs");
  for (const section of sectionNames) {
    const isSegment = ({ name }: { name: string }): boolean =>
      name.startsWith(`${section}/`) && name.length > 20;
    const stored = Buffer.concat(members.filter((one) => isSegment(one)).map(({ content }) => content));
    const tar = tarOf(section === "plain" ? stored : unsealed(stored, fileKey));
    checkRecords(tar, section);
    checkSeen(tar, seen.stored[section]);
  }
  checkTree(seen.stored);
}

/** Strictly rising paths without `..`, each below a directory that is there, hard links to earlier files (§§ 4, 6.6). */
function checkTree({ plain, sealed }: Seen["stored"]): void {
  const directories = new Set<string>();
  for (const stored of [plain, sealed]) {
    const files = new Set<string>();
    let previous = "";
    for (const { line } of stored) {
      const parts = line.path.split("/");
      const shown = JSON.stringify(line.path);
      demand(
        parts.every((part) => !["", ".", ".."].includes(part) && !part.includes("\0")),
        `the path ${shown}`,
      );
      const key = parts.join("\0");
      demand(key > previous, `${shown} is out of order`);
      previous = key;
      if (line.type === "directory") directories.add(line.path);
      if (line.type === "file") files.add(line.path);
      if (line.type === "hardlink")
        demand(files.has(line.link), `${shown} is a hard link to no earlier file`);
    }
  }
  const paths = [...plain, ...sealed].map(({ line }) => line.path as string);
  demand(new Set(paths).size === paths.length, "a path stands in both sections");
  for (const path of paths) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    demand(parent === "" || directories.has(parent), `${JSON.stringify(path)} has no parent`);
  }
}

function unsealed(stored: Buffer, fileKey: Buffer): Buffer {
  const plain = openPayload(fileKey, stored);
  const sealer = new PayloadSealer(fileKey, stored.subarray(0, 16));
  const again = Buffer.concat([...sealer.update(plain), ...sealer.final()]);
  demand(again.equals(stored), "sealed again, the payload differs");
  return plain;
}

function tarOf(stream: Buffer): Buffer {
  const count = stream.readUInt32LE(stream.length - 9);
  const tableAt = stream.length - 17 - 8 * count;
  const sizes = Array.from({ length: count }, (_, at) => ({
    storedBytes: stream.readUInt32LE(tableAt + 8 + 8 * at),
    contentBytes: stream.readUInt32LE(tableAt + 12 + 8 * at),
  }));
  demand(encodeSeekTable(sizes).equals(stream.subarray(tableAt)), "made again, the seek table differs");
  let at = 0;
  const contents = sizes.map(({ storedBytes }) =>
    zstdDecompressSync(stream.subarray(at, (at += storedBytes))),
  );
  demand(at === tableAt, "the frames do not reach to the seek table");
  const fits = contents.every((content, index) => content.length === sizes[index]!.contentBytes);
  demand(fits, "a frame is not as long as the seek table says");
  return Buffer.concat(contents);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** The whole tar stream, made from its JSON and contents alone. */
function checkRecords(tar: Buffer, section: SectionName): void {
  const control = new Map(tarRecords(tar).map(({ path, content }) => [path, content]));
  const content = (file: string): Buffer => control.get(controlPath(section, file))!;
  const record = (file: string): Buffer =>
    Buffer.concat([
      encodeControlHeader(controlPath(section, file), content(file).length),
      padded(content(file)),
    ]);
  for (const file of ["section.json", "close.json"])
    demand(
      encodeCanonical(parseCanonical(content(file), "")) === content(file).toString(),
      `${file} differs`,
    );
  const inventory = linesOf(content("inventory.jsonl"));
  for (const line of inventory)
    demand(
      encodeInventoryLine(parseInventoryLine(line)) === `${line}\n`,
      `an inventory line differs: ${line}`,
    );
  const entries = linesOf(content("index.jsonl")).map((line) => {
    const parsed = parseIndexLine(line);
    demand(encodeIndexLine(parsed) === `${line}\n`, `an index line differs: ${line}`);
    if (!isStored(parsed)) return Buffer.alloc(0);
    const body =
      parsed.type === "file" ? tar.subarray(parsed.offset, parsed.offset + parsed.size) : Buffer.alloc(0);
    return Buffer.concat([encodeEntryHeader(parsed), padded(body)]);
  });
  const parts = [record("section.json"), record("inventory.jsonl"), ...entries, record("index.jsonl")];
  const again = Buffer.concat([...parts, record("close.json"), Buffer.alloc(1024)]);
  demand(again.equals(tar), `made again, the tar stream of the ${section} section differs`);
}

function linesOf(text: Buffer): string[] {
  return text.toString().split("\n").slice(0, -1);
}

const types: Readonly<Record<StoredLine["type"], string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  directory: "5",
};

/** What a tar tool unpacks is what the reader gave out. */
function checkSeen(tar: Buffer, seen: Seen["stored"]["plain"]): void {
  const records = tarRecords(tar).filter(({ path }) => !path.startsWith(".ocbak/"));
  demand(records.length === seen.length, `tar sees ${records.length} entries, the reader ${seen.length}`);
  for (const [at, record] of records.entries()) {
    const { line, content } = seen[at]!;
    const [theirs, ours] = [described(record), describedLine(line, content)];
    demand(theirs === ours, `tar sees ${theirs}, the reader ${ours}`);
  }
}

function described({ content, mtime, ...record }: TarRecord): string {
  return JSON.stringify({ ...record, mtime: String(mtime), content: hash("sha256", content, "hex") });
}

function describedLine(line: StoredLine, content: Buffer): string {
  const { path, type, mode, uid, gid, uname, gname, mtime } = line;
  const link = line.type === "symlink" ? line.target : line.type === "hardlink" ? line.link : "";
  const sha256 = hash("sha256", content, "hex");
  return JSON.stringify({
    path,
    type: types[type],
    link,
    mode,
    uid,
    gid,
    uname,
    gname,
    mtime,
    content: sha256,
  });
}
