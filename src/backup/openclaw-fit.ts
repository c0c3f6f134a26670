import type { OpenArchive } from "../format/archive.ts";
import { OpenClawError } from "../openclaw/errors.ts";
import { programVersion } from "../openclaw/program-version.ts";
import { compareVersions } from "../openclaw/version-order.ts";
import { textFact } from "./archive-metadata.ts";
import type { Context } from "./context.ts";

/** Which OpenClaw the state in an archive needs, and which one is here. */
export interface OpenClawFit {
  /** The newest that is known to have written it; null where the archive does not tell. */
  readonly needed: string | null;
  /** null: none was found. */
  readonly found: string | null;
}

export function openclawFit({ metadata }: OpenArchive, stateDir: string, { env }: Context): OpenClawFit {
  const known = ["programVersion", "openclawVersion"].flatMap((name) => textFact(metadata, name) ?? []);
  const needed = known.toSorted(compareVersions).at(-1) ?? null;
  return { needed, found: programVersion(env, stateDir) };
}

/** OpenClaw refuses databases of a newer schema, and to change what a newer version has touched. */
export function tooOld({ needed, found }: OpenClawFit): OpenClawError | undefined {
  if (needed === null || found === null || compareVersions(found, needed) >= 0) return undefined;
  return new OpenClawError(
    "openclaw-older",
    `the OpenClaw here is ${found}, and the archive is of ${needed}, whose databases it does not open`,
    { hint: `update it first: npm install -g openclaw@${needed}; or give --allow-older-openclaw` },
  );
}
