import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { StoreError } from "./errors.ts";
import { storeError, systemCode } from "./store-error.ts";

/** What tells a store from any folder, an unmounted disk's mount point for one. */
export const markerName = ".ocbak-store.json";

const Marker = z.strictObject({
  about: z.string(),
  format: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{30}$/),
  createdAt: z.string(),
});
export type Marker = z.infer<typeof Marker>;

export function newMarker(now: Date): Marker {
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
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw storeError(error, `reading ${path}`);
  }
  return parseMarker(text, path);
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
