import { execFileSync } from "node:child_process";
import { hash } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter } from "age-encryption";
import { describe, expect, it } from "vitest";
import type { Vector } from "../../fixtures/vector-file.ts";
import { readVector, vectorNames } from "../../fixtures/vector-set.ts";
import { type JsonValue, encodeCanonical } from "../../src/format/canonical-json.ts";
import { hasTools, isGnuTar } from "../support/tools.ts";
import { freshDir } from "../support/tree.ts";

const isPresent =
  hasTools(
    "that the vectors open without ocbak",
    ["tar", "--version"],
    ["zstd", "--version"],
    ["age", "--version"],
  ) && isGnuTar();

const proved: ReadonlySet<string> = new Set(["intact", "full", "authentic"]);
/** A path of 4096 bytes is more than the kernel takes in one call once it lies in a directory. */
const tooLong = /4096-bytes|65-536-bytes/;
const taken = vectorNames()
  .filter((name) => !tooLong.test(name))
  .map((name) => ({ name, vector: readVector(name) }))
  .filter(({ vector }) => proved.has(vector.expect));

type Line = { readonly [key: string]: JsonValue };

describe.skipIf(!isPresent)("tar, zstd and age bring back what a vector holds", () => {
  it("there are many", () => {
    expect(taken.length).toBeGreaterThan(100);
  });

  it.each(taken)("$name", async ({ vector }) => {
    const place = freshDir();
    const out = join(place, "out");
    mkdirSync(out);
    writeFileSync(join(place, "b.ocbak"), vector.bytes);
    sh(place, "tar -xOf b.ocbak plain | zstd -q -dc | tar -xpf - --no-same-owner -C out");
    const sections = ["plain"];
    if (vector.level === "full") {
      await decrypt(place, vector);
      sh(place, "zstd -q -dc s.zst | tar -xpf - --no-same-owner -C out");
      sections.push("sealed");
    }
    const lines = sections.flatMap((section) => linesOf(join(out, ".ocbak", section, "index.jsonl")));
    expect(hash("sha256", lines.map((line) => listed(line)).join(""), "hex")).toBe(vector.tree);
    expect(lines.map((line) => factsOnDisk(out, line))).toEqual(lines.map((line) => factsOf(line)));
  });
});

function sh(cwd: string, script: string): void {
  execFileSync("bash", ["-euo", "pipefail", "-c", script], { cwd, stdio: ["ignore", "ignore", "pipe"] });
}

/** With the program; with the library what it is too old for, or asks for on a terminal. */
async function decrypt(place: string, { identity, passphrase }: Vector): Promise<void> {
  sh(place, "tar -xOf b.ocbak sealed > s.age");
  if (passphrase === undefined && identity?.every((one) => !one.includes("-PQ-")) === true) {
    writeFileSync(join(place, "key.txt"), `${identity.join("\n")}\n`);
    sh(place, "age -d -i key.txt -o s.zst s.age");
    return;
  }
  const decrypter = new Decrypter();
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  for (const one of identity ?? []) decrypter.addIdentity(one);
  writeFileSync(join(place, "s.zst"), await decrypter.decrypt(readFileSync(join(place, "s.age"))));
}

function linesOf(index: string): Line[] {
  return readFileSync(index, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((text) => JSON.parse(text) as Line)
    .filter((line) => line["absent"] !== true);
}

function listed(line: Line): string {
  const { offset: _offset, ...rest } = line;
  return `${encodeCanonical(rest)}\n`;
}

/** By what the line says: what must lie there, by lstat and a digest alone. */
function factsOf(line: Line): string {
  const type = line["type"];
  if (type === "symlink") return `-> ${bytesOf(line, "target").toString("latin1")}`;
  if (type === "hardlink") return `the same as ${bytesOf(line, "link").toString("latin1")}`;
  return type === "directory" ? type : `${line["mode"] as string} ${line["sha256"] as string}`;
}

function factsOnDisk(out: string, line: Line): string {
  const at = (key: string): Buffer => Buffer.concat([Buffer.from(`${out}/`), bytesOf(line, key)]);
  const stat = lstatSync(at("path"));
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(at("path"), "latin1")}`;
  if (stat.isDirectory()) return "directory";
  if (line["type"] === "hardlink" && stat.ino === lstatSync(at("link")).ino)
    return `the same as ${bytesOf(line, "link").toString("latin1")}`;
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, "0");
  return `${mode} ${hash("sha256", readFileSync(at("path")), "hex")}`;
}

function bytesOf(line: Line, key: string): Buffer {
  const hex = line[`${key}Hex`];
  return hex === undefined ? Buffer.from(line[key] as string) : Buffer.from(hex as string, "hex");
}
