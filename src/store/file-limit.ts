import { statfs } from "node:fs/promises";

/** By the type of the file system (statfs(2)): MSDOS_SUPER_MAGIC, FAT in all its widths. */
const limits: ReadonlyMap<number, number> = new Map([[0x4d44, 2 ** 32 - 1]]);

/** The largest file that the file system of a folder takes; null where there is no limit worth knowing, or none is told. */
export async function fileBytesMaxIn(directory: string): Promise<number | null> {
  try {
    return fileBytesMaxOf(await statfs(directory));
  } catch {
    return null;
  }
}

export function fileBytesMaxOf({ type }: { readonly type: number }): number | null {
  return limits.get(type) ?? null;
}
