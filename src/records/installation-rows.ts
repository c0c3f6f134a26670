import type { Row } from "./database.ts";
import type { InstallationKey } from "./run-record.ts";

/** Rows of one installation; `IS`, as a profile may be null. Takes what {@link keyValues} gives. */
export const ofInstallation = "state_dir = ? AND host = ? AND profile IS ?";

export function keyColumns({ stateDir, host, profile }: InstallationKey): Record<string, string | null> {
  return { state_dir: stateDir, host, profile };
}

export function keyValues({ stateDir, host, profile }: InstallationKey): [string, string, string | null] {
  return [stateDir, host, profile];
}

export function installationOf(row: Row): InstallationKey {
  return {
    host: String(row["host"]),
    profile: textOrNull(row["profile"]),
    stateDir: String(row["state_dir"]),
  };
}

export function textOrNull(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Milliseconds of a row as the ISO 8601 that reports have. */
export function isoOf(ms: Row[string] | undefined): string {
  return new Date(Number(ms)).toISOString();
}
