import type { ByteSource } from "../format/bytes.ts";
import type { Context } from "./context.ts";

/** Looks through a copy: what is read shows as progress, and whoever interrupts is heard at the next read. */
export async function watched<T>(
  source: ByteSource,
  { progress, signal }: Pick<Context, "progress" | "signal">,
  look: (source: ByteSource) => Promise<T>,
): Promise<T> {
  // Some bytes are read twice, some never: how many in all is not known before.
  progress.start("survey", undefined);
  const result = await look({
    sizeBytes: source.sizeBytes,
    read: (offset, length) => {
      signal.throwIfAborted();
      progress.advance(length);
      return source.read(offset, length);
    },
  });
  progress.finish();
  return result;
}
