import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compressFrame } from "../../src/format/frame.ts";
import { memberNames } from "../../src/format/member.ts";
import type { Keys } from "../../src/format/seal/header.ts";
import { Secret } from "../../src/format/secret.ts";
import { ed25519PublicKey } from "./ssh.ts";
import { signDetached } from "../../src/format/sshsig.ts";
import { SigningKey } from "../../src/format/ssh-key.ts";
import { recordsOf } from "../support/anatomy.ts";
import { type TestTree, incompressible } from "../support/archives.ts";
import { type SectionDraft, draftEntry, hostile } from "../support/hostile.ts";
import { passphraseHeader } from "./age.ts";
import { type Step, after, composed } from "./steps.ts";

export interface FuzzKey {
  readonly header: Buffer;
  readonly fileKey: Buffer;
  readonly keys: Keys;
}

/** A whole archive that cases are made from. */
export interface Base {
  readonly name: string;
  readonly key: FuzzKey;
  /** What makes it out of the usual hostile archive. */
  readonly steps: readonly Step[];
}

interface StoredKey {
  readonly identity: string;
  readonly header: string;
  readonly fileKey: string;
}

/** Keys that everybody knows, for the same bytes on every run. */
const stored = JSON.parse(readFileSync(join(import.meta.dirname, "keys.json"), "utf8")) as {
  readonly classic: StoredKey;
  readonly postQuantum: StoredKey;
  readonly signingKey: string;
  readonly stranger: string;
};
export const strangersIdentity = stored.stranger;

function keyOf({ identity, header, fileKey }: StoredKey): FuzzKey {
  return {
    header: Buffer.from(header, "base64"),
    fileKey: Buffer.from(fileKey, "hex"),
    keys: { identities: [new Secret(identity)] },
  };
}

const classic = keyOf(stored.classic);
const fileKey = Buffer.alloc(16, 3);
const password: FuzzKey = {
  header: passphraseHeader("a passphrase", fileKey),
  fileKey,
  keys: { identities: [], passphrase: () => Promise.resolve(new Secret("a passphrase")) },
};
const privateKey = createPrivateKey({
  key: Buffer.from(stored.signingKey, "base64"),
  format: "der",
  type: "pkcs8",
});
export const signingKey = new SigningKey(ed25519PublicKey(privateKey), privateKey);

function filled(name: string, plain: TestTree, sealed: TestTree, more: (draft: SectionDraft) => void): Step {
  const bend = (tree: TestTree) => (draft: SectionDraft) => {
    draft.entries = Object.entries(tree).map(([path, entry]) => draftEntry(path, entry));
    draft.compress = (content) => compressFrame(content);
    more(draft);
  };
  return {
    name,
    manifest: (manifest) =>
      void (manifest["archiveId"] = Buffer.from(name.padEnd(15, ".")).toString("hex").slice(0, 30)),
    plain: bend(plain),
    sealed: bend(sealed),
  };
}

const tiny = filled("tiny", { "workspace.main": { directory: true } }, {}, () => {});

/** Every type and status, names and owners that need pax records, a root of the sealed section's own. */
const kinds = filled(
  "kinds",
  {
    "workspace.main": { directory: true },
    "workspace.main/.env": { absent: "moved" },
    "workspace.main/MEMORY.md": "# Memory\nlikes tea\n",
    "workspace.main/copy": { link: "workspace.main/MEMORY.md" },
    "workspace.main/f": { directory: true },
    [`workspace.main/f/${"n".repeat(200)}`]: "a long name",
    "workspace.main/f/ä": { target: "../MEMORY.md" },
  },
  {
    a: { directory: true },
    "a/cut": "begin\0\0\0\0\0",
    "a/gone": { absent: "vanished" },
    "a/left": { absent: "excluded:cache" },
    "a/link": { target: "t".repeat(300) },
    "a/main.sqlite": "SQLite format 3\0",
    "a/raw": "x",
    "a/sparse": Buffer.alloc(3000),
    "workspace.main/.env": "KEY=1\n",
  },
  (draft) => {
    const line = (path: string) => draft.entries.find((entry) => entry.line.path === path)?.line ?? {};
    draft.section["roots"] &&= [{ id: "a", sourcePath: "/a" }];
    draft.section["metadata"] &&= {
      openclawVersion: "1",
      workspaces: [{ agents: ["main"], rootId: "workspace.main" }],
    };
    Object.assign(line("a/cut"), { status: "changed", validBytes: 5, reason: "shrank" });
    Object.assign(line("a/left"), { entries: 7, size: 99 });
    Object.assign(line("a/main.sqlite"), { status: "database", uname: "u".repeat(40), gid: 3_000_000_000 });
    Object.assign(line("a/raw"), { path: "a/raw\xff", mtime: "-1", uname: "" });
    Object.assign(line("a/sparse"), { sparse: true, mode: 0o600, mtime: "8589934592000000001" });
  },
);

/** Some segments in each section, entries in frames of their own, an index in two. */
const large = filled(
  "large",
  {
    "workspace.main": { directory: true },
    "workspace.main/a": "first",
    "workspace.main/big": incompressible(150_000),
    "workspace.main/z": "last",
  },
  { state: { directory: true }, "state/big": incompressible(180_000), "state/z": "last" },
  (draft) => {
    after(draft, "frames", ([head, inventory, records, index, ...rest]) => [
      head!,
      inventory!,
      ...recordsOf(records!).flatMap(({ at: [from, to] }) =>
        pieces(records!.subarray(from, Math.ceil(to / 512) * 512)),
      ),
      index!.subarray(0, index!.indexOf("\n") + 1),
      index!.subarray(index!.indexOf("\n") + 1),
      ...rest,
    ]);
  },
);

function pieces(record: Buffer): Buffer[] {
  const count = Math.ceil(record.length / 40_000);
  return Array.from({ length: count }, (_, at) => record.subarray(at * 40_000, (at + 1) * 40_000));
}

const signed: Step = {
  name: "signed",
  manifest: (manifest) => void (manifest["signer"] = signingKey.publicKey),
  signature: (_members, checksums) => {
    const content = Buffer.from(signDetached(signingKey, checksums));
    return [{ name: memberNames.signature, archiveId: idOf("signed"), content }];
  },
};

function idOf(name: string): string {
  return Buffer.from(name.padEnd(15, ".")).toString("hex").slice(0, 30);
}

const extended: Step = {
  name: "extended",
  manifest: (manifest) =>
    void Object.assign(manifest, {
      optional: ["notes", "org.example.parity"],
      extensions: { notes: { a: [1, "x", null] } },
      series: { id: "ab".repeat(15), previous: "cd".repeat(32), sequence: 3 },
      tags: ["before the move"],
    }),
  members: (members) => [
    ...members,
    ...["ext/notes/a", "ext/notes/b.txt", "ext/org.example.parity/0"].map((name, at) => ({
      name,
      archiveId: members[0]!.archiveId,
      content: Buffer.alloc(at * 300, "x"),
    })),
  ],
};

const renamed = (name: string): Step => ({
  name,
  manifest: (manifest) => void (manifest["archiveId"] = idOf(name)),
});

export const bases: readonly Base[] = [
  { name: "tiny", key: classic, steps: [tiny] },
  { name: "kinds", key: classic, steps: [kinds] },
  { name: "large", key: classic, steps: [large] },
  { name: "passphrase", key: password, steps: [kinds, renamed("passphrase")] },
  { name: "post-quantum", key: keyOf(stored.postQuantum), steps: [kinds, renamed("post-quantum")] },
  { name: "signed", key: classic, steps: [kinds, renamed("signed"), signed] },
  { name: "extended", key: classic, steps: [tiny, renamed("extended"), extended] },
];

/** Its bytes with these steps behind its own. */
export function build({ key, steps }: Base, more: readonly Step[]): Buffer {
  const bytes = hostile(key, composed([...steps, ...more]));
  return more.reduce((file, step) => step.file?.(file) ?? file, bytes);
}

const built = new Map<string, Buffer>();

/** The whole archive. */
export function bytesOf(base: Base): Buffer {
  const bytes = built.get(base.name) ?? build(base, []);
  built.set(base.name, bytes);
  return bytes;
}
