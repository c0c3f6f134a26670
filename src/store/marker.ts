import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { StoreError } from "./errors.ts";
import { createWhole, textOf } from "./whole-file.ts";

/** What tells a store from any folder, an unmounted disk's mount point for one. */
export const markerName = ".ocbak-store.json";

const Marker = z.strictObject({
  about: z.string(),
  format: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{30}$/),
  createdAt: z.string(),
});
type Marker = z.infer<typeof Marker>;

/** Makes a folder a store, once: of many at the same time one does. Throws StoreError. */
export async function putMarker(directory: string, now: Date): Promise<{ id: string; isNew: boolean }> {
  const found = await readMarker(directory);
  if (found !== undefined) return { id: found.id, isNew: false };
  const marker = newMarker(now);
  const isNew = await createWhole(join(directory, markerName), `${JSON.stringify(marker, null, 2)}\n`);
  if (isNew) return { id: marker.id, isNew };
  return { id: (await readMarker(directory))!.id, isNew };
}

function newMarker(now: Date): Marker {
  return {
    about: "This folder is a store of ocbak: it keeps archives. Without this file ocbak does not use it.",
    format: 1,
    id: randomBytes(15).toString("hex"),
    createdAt: now.toISOString(),
  };
}

/** The marker of a folder; undefined where it has none. Throws `newer-store`, and `damaged-store` for one that is none. */
export async function readMarker(directory: string): Promise<Marker | undefined> {
  const path = join(directory, markerName);
  const text = await textOf(path);
  return text === undefined ? undefined : parseMarker(text, path);
}

function parseMarker(text: string, path: string): Marker {
  const value = jsonOf(text);
  const head = z.looseObject({ format: z.int() }).safeParse(value);
  if (head.success && head.data.format > 1) {
    throw new StoreError("newer-store", `the store of ${path} was made by a newer ocbak`, {
      hint: "use the newest ocbak",
    });
  }
  const result = Marker.safeParse(value);
  if (result.success) return result.data;
  throw new StoreError("damaged-store", `${path} is damaged: it is not what ocbak writes there`, {
    hint: "no archive is touched by this: move that file away, and `ocbak init` makes a new one",
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
