import type { Bends, SectionDraft } from "../support/hostile.ts";
import type { Member } from "../support/members.ts";

/** What is done to an archive on its way to bytes: hooks of test/support/hostile.ts, which makes all else fit again. */
export interface Step extends Omit<Bends, "signature" | "trees"> {
  /** The layer and the change, for the report. */
  readonly name: string;
  readonly signature?: (members: Member[], checksums: Buffer) => Member[];
  /** Changes the whole file, when all else is done: nothing is repaired after it. */
  readonly file?: (bytes: Buffer) => Buffer;
}

type Value<T> = (value: T) => T | void;

/** Several hooks as one: each may change what it is given, or give something else. */
function chained<T>(hooks: readonly (Value<T> | undefined)[]): (value: T) => T {
  return (value) => hooks.reduce((given, hook) => (hook?.(given) as T | undefined) ?? given, value);
}

/** All steps, one after the other, as one. */
export function composed(steps: readonly Step[]): Bends {
  return {
    manifest: (manifest) => void chained(steps.map((step) => step.manifest))(manifest),
    manifestBytes: chained(steps.map((step) => step.manifestBytes)),
    plain: (draft) => void chained<SectionDraft>(steps.map((step) => step.plain))(draft),
    sealed: (draft) => void chained<SectionDraft>(steps.map((step) => step.sealed))(draft),
    ageHeader: chained(steps.map((step) => step.ageHeader)),
    payload: chained(steps.map((step) => step.payload)),
    members: chained(steps.map((step) => step.members)),
    checksums: (checksums) => void chained(steps.map((step) => step.checksums))(checksums),
    end: (end) => void chained(steps.map((step) => step.end))(end),
    endBytes: chained(steps.map((step) => step.endBytes)),
    signature: (checksums) =>
      steps.reduce<Member[]>((members, step) => step.signature?.(members, checksums) ?? members, []),
  };
}

/** Puts a change behind what a hook of the draft does already. */
export function after<Key extends "frames" | "inventory" | "index" | "table" | "stream" | "compress">(
  draft: SectionDraft,
  key: Key,
  change: (result: ReturnType<SectionDraft[Key]>, at: number) => ReturnType<SectionDraft[Key]>,
): void {
  const before = draft[key] as (...args: unknown[]) => ReturnType<SectionDraft[Key]>;
  const hook = (...args: unknown[]) => change(before(...args), typeof args[1] === "number" ? args[1] : 0);
  draft[key] = hook as SectionDraft[Key];
}

/** The same change in one of the sections. */
export function inSection(
  name: string,
  which: "plain" | "sealed",
  bend: (draft: SectionDraft) => void,
): Step {
  return { name: `${name} of ${which}`, [which]: bend };
}
