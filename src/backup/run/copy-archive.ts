import { createHash } from "node:crypto";
import type { ByteSource } from "../../format/bytes.ts";
import type { ArchiveStore } from "../../store/archive-store.ts";
import type { Context } from "../context.ts";
import { BackupError } from "../errors.ts";

const chunkBytes = 4 * 1024 * 1024;

/** An archive that is to be in a second store, too. */
export interface CopyRequest {
  readonly name: string;
  readonly from: ArchiveStore;
  readonly to: ArchiveStore;
}

/**
 * Copies an archive, reads the copy back from its store, and publishes it only where the two are the same byte for byte.
 * Throws StoreError `exists` where the name is taken.
 */
export async function copyArchive({ name, from, to }: CopyRequest, context: Context): Promise<void> {
  await using source = await from.open(name);
  await using staged = await to.begin(name, { expectedBytes: source.sizeBytes });
  context.progress.start("copy", 2 * source.sizeBytes);
  const written = await digestOf(source, context, (chunk) => staged.write(chunk));
  const read = await digestOf(await staged.source(), context);
  context.progress.finish();
  if (read !== written) {
    throw new BackupError(
      "copy-differs",
      `the copy of ${name} in ${to.place} does not read back as it was written`,
    );
  }
  await staged.publish();
}

/** SHA-256 in hex of all bytes, given to `each` on the way. */
async function digestOf(
  source: ByteSource,
  { progress, signal }: Context,
  each: (chunk: Uint8Array) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const hash = createHash("sha256");
  for (let offset = 0; offset < source.sizeBytes; offset += chunkBytes) {
    signal.throwIfAborted();
    const chunk = await source.read(offset, Math.min(chunkBytes, source.sizeBytes - offset));
    hash.update(chunk);
    await each(chunk);
    progress.advance(chunk.length);
  }
  return hash.digest("hex");
}
