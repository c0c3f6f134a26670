import { type ExecFileSyncOptions, execFileSync, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import { parseEntryPath } from "../../src/format/entry-path.ts";
import type { Sealing } from "../../src/format/seal/header.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { Secret } from "../../src/format/secret.ts";
import { type TestTree, incompressible, testAttributes, writeTestArchive } from "../support/archives.ts";
import { factsBelow, factsOf } from "../support/extracted.ts";
import { membersOf } from "../support/members.ts";
import { hasTools, isGnuTar } from "../support/tools.ts";
import { freshDir } from "../support/tree.ts";

const what = "that an archive opens without ocbak";
const isPresent =
  hasTools(what, ["tar", "--version"], ["zstd", "--version"], ["age", "--version"], ["bash", "--version"]) &&
  isGnuTar();
const hasBsdtar = hasTools("that an archive opens with bsdtar", ["bsdtar", "--version"]);
const hasPython = hasTools("that a passphrase opens an archive in age", ["python3", "--version"]);

const long = (char: string, length: number): string => char.repeat(length);

/** Paths are byte strings. */
const plain: TestTree = {
  workspace: { directory: true },
  "workspace/MEMORY.md": "# Memory\n",
  "workspace/a": { directory: true },
  "workspace/a/b": "below a",
  "workspace/a-b": "beside a",
  "workspace/big.bin": incompressible(3_000_000),
  "workspace/empty": "",
  "workspace/exactly-512": "x".repeat(512),
  [`workspace/${long("l", 255)}`]: "a name of 255 bytes",
  [`workspace/${long("d", 200)}`]: { directory: true },
  [`workspace/${long("d", 200)}/${long("e", 200)}`]: "a path of 411 bytes",
  "workspace/link": { target: "MEMORY.md" },
  "workspace/long-link": { target: long("t", 150) },
  "workspace/line\nfeed": "in a name",
  "workspace/tool.sh": "#!/bin/sh\n",
  "workspace/bytes-\xff\xfe": "not UTF-8",
  [`workspace/${bytes("ünïcödé-名前-🦞")}`]: "UTF-8",
  [`workspace/${bytes("ü")}-link`]: { target: "ünïcödé" },
  "workspace/zero.bin": Buffer.alloc(100_000),
};
const sealed: TestTree = {
  state: { directory: true },
  "state/hard": { link: "state/first" },
  "state/first": "one inode, two names",
  "state/openclaw.json": '{"gateway":{}}',
  "state/private": { directory: true },
  "state/private/key": "KEY",
  "state/random.db": incompressible(200_000),
  "workspace/.env": "TOKEN=1\n",
};

function bytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

const modes: { [path: string]: number } = {
  "workspace/tool.sh": 0o755,
  "workspace/a": 0o711,
  "workspace/MEMORY.md": 0o666,
  "state/private": 0o700,
  "state/private/key": 0o600,
  "state/openclaw.json": 0o400,
};
const times: { [path: string]: string } = {
  "workspace/MEMORY.md": "1234567890000000001",
  "workspace/empty": "0",
  "workspace/tool.sh": "-1500000000",
  "workspace/a": "951827696500000000",
  "state/first": "4102444800000000000",
};

function looksOf(path: string): { mode: number; mtime: string } {
  const tree = { ...plain, ...sealed }[path];
  const usual = typeof tree === "object" && "directory" in tree ? 0o755 : testAttributes.mode;
  return { mode: modes[path] ?? usual, mtime: times[path] ?? testAttributes.mtime };
}

async function written(sealing: Sealing, directory: string): Promise<string> {
  const archive = await writeTestArchive({
    plain,
    sealed,
    sealing,
    segmentBytes: 64 * 1024,
    pathOf: (text) => parseEntryPath(Buffer.from(text, "latin1")),
    attributesOf: looksOf,
    manifest: { roots: ["state", "workspace"].map((id) => ({ id, sourcePath: `/old/${id}` })) },
  });
  const path = join(directory, "b.ocbak");
  writeFileSync(path, archive.bytes);
  return path;
}

function run(directory: string, script: string, options: ExecFileSyncOptions = {}): Buffer {
  return execFileSync("bash", ["-euo", "pipefail", "-c", script], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  }) as Buffer;
}

const everything = factsOf({ ...plain, ...sealed }, looksOf);
const isOurs = /^\.ocbak/;

describe.skipIf(!isPresent)("with tar, zstd and age alone", () => {
  let identity: Secret;
  let recipient: string;
  beforeAll(async () => {
    ({ identity, recipient } = await generateIdentity("x25519"));
  });

  it("the recipe brings back both sections, byte by byte, with modes and times", async () => {
    const place = freshDir();
    await written({ recipients: [recipient] }, place);
    writeFileSync(join(place, "key.txt"), `${identity.reveal()}\n`);
    mkdirSync(join(place, "out"));
    run(
      join(place, "out"),
      `umask 077
      tar -xOf ../b.ocbak sealed > ../s.age && age -d -i ../key.txt -o ../s.zst ../s.age && zstd -q -dc ../s.zst | tar -xpf - --no-same-owner
      tar -xOf ../b.ocbak plain | zstd -q -d | tar -xpf - --no-same-owner`,
    );
    expect(factsBelow(join(place, "out"), isOurs)).toEqual(everything);
    const inodes = ["state/first", "state/hard"].map((name) => lstatSync(join(place, "out", name)).ino);
    expect(inodes[0]).toBe(inodes[1]);
  });

  it.skipIf(!hasBsdtar)("bsdtar does the same, but for two times", async () => {
    const place = freshDir();
    await written({ recipients: [recipient] }, place);
    writeFileSync(join(place, "key.txt"), `${identity.reveal()}\n`);
    mkdirSync(join(place, "out"));
    run(
      join(place, "out"),
      `umask 077
      bsdtar -xOf ../b.ocbak sealed > ../s.age && age -d -i ../key.txt -o ../s.zst ../s.age && zstd -q -dc ../s.zst | bsdtar -xpf - --no-same-owner
      bsdtar -xOf ../b.ocbak plain | zstd -q -d | bsdtar -xpf - --no-same-owner`,
    );
    // libarchive 3.6 adds the fraction of a negative time, and leaves the time of a directory that is there already.
    const there = factsBelow(join(place, "out"), isOurs);
    expect(there["workspace/tool.sh"]).toMatch(/^file 755 -500000000 /);
    expect(there["workspace"]).toMatch(/^directory 755 /);
    const { workspace, "workspace/tool.sh": tool } = everything;
    expect({ ...there, workspace, "workspace/tool.sh": tool }).toEqual(everything);
  });

  it.skipIf(!hasPython)("a passphrase typed on a terminal opens the sealed section", async () => {
    const place = freshDir();
    await written({ passphrase: new Secret("correct horse battery staple") }, place);
    run(place, "tar -xOf b.ocbak sealed > s.age");
    writeFileSync(join(place, "typed.py"), typePassphrase);
    const typed = spawnSync(
      "python3",
      ["typed.py", "correct horse battery staple", "age", "-d", "-o", "s.zst", "s.age"],
      { cwd: place },
    );
    expect(`${typed.status} ${typed.stderr.toString()}`).toMatch(/^0 /);
    mkdirSync(join(place, "out"));
    run(join(place, "out"), "zstd -q -dc ../s.zst | tar -xpf - --no-same-owner");
    const { "workspace/.env": env, ...state } = factsOf(sealed, looksOf);
    const { workspace: _parent, ...there } = factsBelow(join(place, "out"), isOurs);
    expect(there).toEqual({ ...state, "workspace/.env": env });
  });

  it("zstd and tar find nothing wrong with either section", async () => {
    const place = freshDir();
    const archive = await written({ recipients: [recipient] }, place);
    writeFileSync(join(place, "key.txt"), `${identity.reveal()}\n`);
    run(
      place,
      "tar -xOf b.ocbak plain > p.zst; tar -xOf b.ocbak sealed | age -d -i key.txt > s.zst; zstd -q -t p.zst s.zst",
    );
    const names = run(place, "tar -tf b.ocbak").toString().trim().split("\n");
    expect(names).toEqual(membersOf(readFileSync(archive)).map(({ name }) => name));
    expect(
      run(place, "zstd -dc p.zst | tar -t | wc -l; zstd -dc s.zst | tar -t | wc -l")
        .toString()
        .trim()
        .split("\n")
        .map(Number),
    ).toEqual([Object.keys(plain).length + 4, Object.keys(sealed).length + 4]);
  });

  it("every zstd frame is listed with its checksum, and the seek table is skipped", async () => {
    const place = freshDir();
    await written({ recipients: [recipient] }, place);
    run(place, "tar -xOf b.ocbak plain > p.zst");
    const listed = run(place, "zstd -lv p.zst").toString();
    expect(listed).toMatch(/Skippable Frames: 1\b/);
    expect(listed).toMatch(/Check: XXH64/);
  });

  it("post-quantum: the age library, where the age program is too old, opens the sealed section", async () => {
    const place = freshDir();
    const { identity, recipient } = await generateIdentity("post-quantum");
    await written({ recipients: [recipient] }, place);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity.reveal());
    const sealedFile = run(place, "tar -xOf b.ocbak sealed");
    writeFileSync(join(place, "s.zst"), await decrypter.decrypt(sealedFile));
    mkdirSync(join(place, "out"));
    run(join(place, "out"), "zstd -q -dc ../s.zst | tar -xpf - --no-same-owner");
    expect(factsBelow(join(place, "out"), isOurs)["state/random.db"]).toBe(everything["state/random.db"]);
  });

  it("a cut or changed archive gives no sealed file at all", async () => {
    const place = freshDir();
    const archive = await written({ recipients: [recipient] }, place);
    writeFileSync(join(place, "key.txt"), `${identity.reveal()}\n`);
    const whole = readFileSync(archive);
    whole[whole.indexOf("sealed/000002") + 5000]! ^= 1;
    writeFileSync(archive, whole);
    const recipe =
      "tar -xOf b.ocbak sealed > s.age && age -d -i key.txt -o s.zst s.age && zstd -q -dc s.zst | tar -xpf -";
    expect(spawnSync("bash", ["-o", "pipefail", "-c", recipe], { cwd: place }).status).not.toBe(0);
    expect(() => lstatSync(join(place, "state"))).toThrow(/ENOENT/);
  });
});

/** Runs a program on a terminal of its own and types a line when asked for a passphrase. */
const typePassphrase = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
said, typed = b"", False
while True:
    try:
        data = os.read(terminal, 1024)
    except OSError:
        break
    if not data:
        break
    said += data
    if not typed and b"passphrase" in said.lower():
        os.write(terminal, (sys.argv[1] + "\\n").encode())
        typed = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stderr.buffer.write(said)
sys.exit(status)
`;
