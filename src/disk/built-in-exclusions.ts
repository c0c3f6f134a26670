import { isDatabase } from "./magic.ts";

/** Left out by name wherever they lie; no option brings them back. `source` is a byte string. */
export function leftOutByName(source: string): "database-sidecar" | "ocbak-archive" | undefined {
  const name = source.slice(source.lastIndexOf("/") + 1);
  if (name.endsWith(".ocbak") || /^\..*\.ocbak\..*\.partial$/s.test(name)) return "ocbak-archive";
  return isSidecar(source) ? "database-sidecar" : undefined;
}

const suffix = /-(?:wal|shm|journal)$/;

/**
 * `-wal`, `-shm` and `-journal` beside an SQLite database: what they hold is in its snapshot, and beside a restored
 * database a stale one destroys it.
 */
function isSidecar(source: string): boolean {
  if (!suffix.test(source)) return false;
  try {
    return isDatabase(source.replace(suffix, ""));
  } catch {
    // No such file, or none that can be read: then this one stands for itself.
    return false;
  }
}
