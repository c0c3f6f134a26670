import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeManifest, type Manifest } from "../../src/format/manifest.ts";
import { ArchiveId } from "../../src/format/schema.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { initDirectoryStore, openDirectoryStore } from "../../src/store/directory-store.ts";
import type { ArchiveStore } from "../../src/store/archive-store.ts";
import { testManifest, writeTestArchive } from "./archives.ts";
import type { World } from "./world.ts";

/** What is told of an archive to be made; the rest is as in {@link inSeries}. */
export interface StoredArchiveOptions {
  /** ISO 8601 without milliseconds. */
  readonly at: string;
  readonly host?: string;
  readonly profile?: string | null;
  readonly series?: Manifest["series"];
  readonly tags?: readonly string[];
}

export interface TestStore {
  readonly path: string;
  readonly store: ArchiveStore;
  /** Writes a small real archive, and gives its manifest. */
  readonly put: (name: string, options: StoredArchiveOptions) => Promise<Manifest>;
}

/** A store below the archives of a world. */
export async function makeStore(world: World, name = "store"): Promise<TestStore> {
  const path = join(world.archives, name);
  mkdirSync(path);
  const { now, hostname: host, pid, isRunning } = world.context();
  const context = { now, processes: { host, pid, isRunning } };
  await initDirectoryStore(path, context);
  return {
    path,
    store: await openDirectoryStore(path, context),
    async put(file, options) {
      const { bytes, manifest } = await smallArchive(options);
      writeFileSync(join(path, file), bytes);
      return manifest;
    },
  };
}

type Made = Awaited<ReturnType<typeof writeTestArchive>>;
const made = new Map<string, Promise<Made>>();
let recipient: Promise<string> | undefined;

/** A small archive of `testhost`, where tests run; of the same options always the same one. Nobody has its key. */
export function smallArchive(options: StoredArchiveOptions): Promise<Made> {
  const key = JSON.stringify(options);
  let archive = made.get(key);
  if (archive === undefined) made.set(key, (archive = writeSmallArchive(options)));
  return archive;
}

async function writeSmallArchive(options: StoredArchiveOptions): Promise<Made> {
  const { at, host = "testhost", profile = null, series = null, tags = [] } = options;
  recipient ??= generateIdentity("x25519").then((pair) => pair.recipient);
  const { installation } = testManifest();
  return writeTestArchive({
    plain: { "workspace.main": { directory: true } },
    sealed: { state: { directory: true } },
    sealing: { recipients: [await recipient] },
    manifest: {
      createdAt: at,
      installation: { ...installation, host, profile },
      series,
      tags: [...tags],
    },
  });
}

/** The link of the archive that follows one of a series. */
export function following(manifest: Manifest): NonNullable<Manifest["series"]> {
  const { id, sequence } = manifest.series!;
  const previous = createHash("sha256").update(encodeManifest(manifest)).digest("hex");
  return { id, sequence: sequence + 1, previous };
}

/** The link of a series' first archive; `digit` tells series apart. */
export function firstOf(digit: string): NonNullable<Manifest["series"]> {
  return { id: ArchiveId.parse(digit.repeat(30)), sequence: 0, previous: null };
}

/** A store of which some methods are replaced. */
export function replacing(store: ArchiveStore, methods: Partial<ArchiveStore>): ArchiveStore {
  return new Proxy(store, {
    get(target, key) {
      const replaced: unknown = Reflect.get(methods, key);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  });
}
