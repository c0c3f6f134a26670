import { stat } from "node:fs/promises";

/** Whether two places are of one file system; false also where that cannot be told. */
export async function isSameFileSystem(one: string, other: string): Promise<boolean> {
  try {
    return (await stat(one, { bigint: true })).dev === (await stat(other, { bigint: true })).dev;
  } catch {
    return false;
  }
}
