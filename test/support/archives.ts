import { createCipheriv, randomBytes } from "node:crypto";
import type { ByteSource } from "../../src/format/bytes.ts";
import { type EntryPath, parseEntryPath, sortKey } from "../../src/format/entry-path.ts";
import type { Attributes, EntryStatus, IndexLine, InventoryLine } from "../../src/format/entry.ts";
import { frameContentBytes } from "../../src/format/frame.ts";
import { FramePacker, LargeFilePacker, encodeFrame } from "../../src/format/frame-packer.ts";
import type { Manifest } from "../../src/format/manifest.ts";
import { ArchiveId } from "../../src/format/schema.ts";
import type { EncodedFrame } from "../../src/format/section-writer.ts";
import type { Sealing } from "../../src/format/seal/header.ts";
import type { SigningKey } from "../../src/format/sshsig.ts";
import { ArchiveWriter, type SectionEntries, type WrittenArchive } from "../../src/format/write.ts";

/** The entries of one section as a literal: path → content, or what else it is. */
export type TestEntry =
  | string
  | Buffer
  | { readonly directory: true }
  | { readonly target: string }
  | { readonly link: string }
  | { readonly absent: EntryStatus; readonly reason?: string };
export type TestTree = { readonly [path: string]: TestEntry };

export const testAttributes: Attributes = {
  mode: 0o644,
  mtime: "1700000000123456789",
  uid: 1000,
  gid: 1000,
  uname: "alice",
  gname: "alice",
};

export function bytesPath(text: string): EntryPath {
  return parseEntryPath(Buffer.from(text));
}

/** Bytes that do not compress, the same on every run. */
export function incompressible(length: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A byte source over a buffer, as a store would give it. */
export function memorySource(bytes: Buffer): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: async (offset, length) => {
      if (offset < 0 || offset + length > bytes.length)
        throw new RangeError(`read beyond the end: ${offset}+${length} of ${bytes.length}`);
      return Buffer.from(bytes.subarray(offset, offset + length));
    },
  };
}

export interface TestArchiveOptions {
  readonly plain?: TestTree;
  readonly sealed?: TestTree;
  readonly sealing: Sealing;
  readonly manifest?: Partial<Manifest>;
  readonly signingKey?: SigningKey;
  readonly segmentBytes?: number;
  readonly frameBytes?: number;
  /** The bytes that a path of the trees stands for; default UTF-8. */
  readonly pathOf?: (text: string) => EntryPath;
  /** What differs from {@link testAttributes}, by the path as it stands in the trees. */
  readonly attributesOf?: (text: string) => Partial<Attributes>;
}

export function testManifest(overrides: Partial<Manifest> = {}): Manifest {
  return {
    archiveId: ArchiveId.parse(randomBytes(15).toString("hex")),
    createdAt: "2026-11-22T10:00:00Z",
    critical: [],
    format: "ocbak",
    formatVersion: 1,
    installation: { host: "old-host", platform: "linux", profile: null, stateDir: "/home/alice/.openclaw" },
    optional: [],
    plannedPlain: { contentBytes: 0, entries: 0 },
    roots: [
      { id: "state", sourcePath: "/home/alice/.openclaw" },
      { id: "workspace.main", sourcePath: "/home/alice/.openclaw/workspace" },
    ],
    segmentBytes: 64 * 1024,
    series: null,
    signer: null,
    tags: [],
    tool: { name: "ocbak", version: "0.0.0-test" },
    ...overrides,
  };
}

export const smallTrees = {
  plain: {
    "workspace.main": { directory: true },
    "workspace.main/MEMORY.md": "# Memory\nlikes tea\n",
    "workspace.main/memory": { directory: true },
    "workspace.main/memory/2026-11-21.md": "rain\n",
    "workspace.main/today.md": { target: "memory/2026-11-21.md" },
  },
  sealed: {
    state: { directory: true },
    "state/empty": "",
    "state/openclaw.json": '{"gateway":{"token":"secret"}}',
    "state/zz": { link: "state/openclaw.json" },
    "workspace.main/.env": "KEY=1\n",
  },
} as const satisfies { plain: TestTree; sealed: TestTree };

/** Writes an archive into memory through the real writer. */
export async function writeTestArchive(
  options: TestArchiveOptions,
): Promise<{ bytes: Buffer; written: WrittenArchive; manifest: Manifest }> {
  const plain = sectionOf(options.plain ?? smallTrees.plain, options);
  const sealed = sectionOf(options.sealed ?? smallTrees.sealed, options);
  const planned = [...plain.inventory()];
  const manifest = testManifest({
    plannedPlain: {
      contentBytes: planned.reduce((sum, line) => sum + line.size, 0),
      entries: planned.length,
    },
    ...(options.segmentBytes && { segmentBytes: options.segmentBytes }),
    ...(options.signingKey && { signer: options.signingKey.publicKey }),
    ...options.manifest,
  });
  const writer = new ArchiveWriter({
    manifest,
    plain,
    sealed: { ...sealed, roots: [], metadata: { note: "test" } },
    sealing: options.sealing,
    signingKey: options.signingKey,
    compressionLevel: 1,
  });
  const parts: Buffer[] = [];
  for await (const part of writer.bytes()) parts.push(Buffer.from(part));
  return { bytes: Buffer.concat(parts), written: writer.written, manifest };
}

type PackOptions = Pick<TestArchiveOptions, "frameBytes" | "pathOf" | "attributesOf">;

function sectionOf(tree: TestTree, options: PackOptions): SectionEntries {
  const { pathOf = bytesPath, attributesOf = () => ({}) } = options;
  const entries = Object.entries(tree)
    .map(([text, entry]) => ({
      path: pathOf(text),
      entry,
      attributes: { ...testAttributes, ...attributesOf(text) },
    }))
    .sort((a, b) => (sortKey(a.path) < sortKey(b.path) ? -1 : 1));
  return {
    inventory: () => entries.map(({ path, entry }) => inventoryLine(path, entry)),
    frames: () => pack(entries, { frameBytes: frameContentBytes, pathOf, ...options }),
  };
}

interface Placed {
  readonly path: EntryPath;
  readonly entry: TestEntry;
  readonly attributes: Attributes;
}

function inventoryLine(path: EntryPath, entry: TestEntry): InventoryLine {
  return {
    path,
    type: typeOf(entry),
    size: typeof entry === "string" || Buffer.isBuffer(entry) ? Buffer.byteLength(entry) : 0,
  };
}

function typeOf(entry: TestEntry): IndexLine["type"] {
  if (typeof entry === "string" || Buffer.isBuffer(entry) || "absent" in entry) return "file";
  if ("directory" in entry) return "directory";
  return "target" in entry ? "symlink" : "hardlink";
}

function* pack(
  entries: readonly Placed[],
  { frameBytes, pathOf }: Required<Pick<PackOptions, "frameBytes" | "pathOf">>,
): Generator<EncodedFrame> {
  const packer = new FramePacker();
  let inFrame = 0;
  for (const { path, entry, attributes } of entries) {
    const base = { path, status: "ok", ...attributes } as const;
    if (typeof entry === "string" || Buffer.isBuffer(entry)) {
      const content = Buffer.from(entry);
      const draft = { ...base, type: "file", size: content.length } as const;
      if (content.length + 2048 > frameBytes) {
        if (!packer.isEmpty) yield encodeFrame(packer.finish(), 1);
        const large = new LargeFilePacker(draft);
        for (const frame of large.push(content)) yield encodeFrame(frame, 1);
        for (const frame of large.finish({ status: "ok" })) yield encodeFrame(frame, 1);
        inFrame = 0;
        continue;
      }
      if (inFrame + content.length + 2048 > frameBytes && !packer.isEmpty) {
        yield encodeFrame(packer.finish(), 1);
        inFrame = 0;
      }
      inFrame += content.length + 2048;
      packer.addFile(draft, content);
    } else if ("directory" in entry)
      packer.add({
        ...base,
        type: "directory",
        mode: attributes.mode === testAttributes.mode ? 0o755 : attributes.mode,
      });
    else if ("target" in entry)
      packer.add({ ...base, type: "symlink", target: Buffer.from(entry.target).toString("latin1") });
    else if ("link" in entry) packer.add({ ...base, type: "hardlink", link: pathOf(entry.link) });
    else
      packer.addAbsent({
        path,
        type: "file",
        status: entry.absent,
        absent: true,
        ...(entry.reason && { reason: entry.reason }),
      });
  }
  if (!packer.isEmpty) yield encodeFrame(packer.finish(), 1);
}
