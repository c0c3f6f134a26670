import { fstatSync } from "node:fs";

import { DiskError } from "./errors.ts";
import type { Pin, Pins } from "./pins.ts";

/** Whether an open directory is as ocbak makes those that its journals lie in: this user's, and closed to all others. */
export function isOwnDirectory({ fd }: Pin, uid: number): boolean {
  const stat = fstatSync(fd);
  return stat.uid === uid && (stat.mode & 0o777) === 0o700;
}

/** Opens such a directory by its real path. Throws `unsafe-ancestor` where another one has taken its place. */
export function pinOwnDirectory(path: string, uid: number, pins: Pins): Pin {
  const pin = pins.pin(path);
  if (isOwnDirectory(pin, uid)) return pin;
  throw new DiskError("unsafe-ancestor", `${path} was exchanged while it was being looked at`, {
    hint: "see who else can write to the directory above it, then try again",
  });
}
