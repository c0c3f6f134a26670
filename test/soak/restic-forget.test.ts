import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Retained, decide } from "../../src/store/retention/decide.ts";
import { type RetentionPolicy, isEmptyPolicy } from "../../src/store/retention/policy.ts";
import { archivesAt } from "../store/retention/histories.ts";
import { policies } from "../store/retention/policies.ts";
import { hasTools } from "../support/tools.ts";

const hasRestic = hasTools("restic's meaning of retention", ["restic", "version"]);
/** Long ago: restic asks the machine's clock what is in the future. */
const now = new Date("2025-06-15T12:00:00Z");
const hosts = 3;
const snapshotsEach = 30;
const policiesTried = 150;

interface Group {
  readonly host: string;
  readonly keep: readonly { readonly time: string }[] | null;
  readonly reasons:
    | readonly { readonly snapshot: { readonly time: string }; readonly matches: string[] }[]
    | null;
}

let folder: string;
let histories: ReadonlyMap<string, readonly Retained[]>;

/** Runs where days begin when those of UTC do: restic counts by the clock of the place. */
function restic(...args: string[]): string {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    TZ: "UTC",
    RESTIC_REPOSITORY: join(folder, "repository"),
    RESTIC_PASSWORD: "of a test",
  };
  return execFileSync("restic", args, { env, encoding: "utf8", cwd: folder, maxBuffer: 64 * 1024 * 1024 });
}

/** From 0.16 on it also keeps the oldest one while a rule has room. */
function keepsOldest(): boolean {
  const [, major, minor] = /^restic (\d+)\.(\d+)/.exec(restic("version")) ?? [];
  return Number(major) > 0 || Number(minor) >= 16;
}

beforeAll(() => {
  if (!hasRestic) return;
  folder = mkdtempSync(join(tmpdir(), "ocbak-restic-"));
  writeFileSync(join(folder, "file"), "content");
  restic("init", "--quiet");
  histories = new Map(Array.from({ length: hosts }, (_, at) => [`host-${at}`, randomHistory()] as const));
  for (const [host, history] of histories) {
    for (const { createdAt, tags } of history) {
      const time = createdAt.toISOString().replace("T", " ").slice(0, 19);
      const tagged = tags.flatMap((tag) => ["--tag", tag]);
      restic("backup", "--quiet", "--host", host, "--time", time, ...tagged, "file");
    }
  }
});

afterAll(() => {
  if (hasRestic) rmSync(folder, { recursive: true });
});

/** Half of them of the last days, the others of three years; no two at the same second, whose order restic does not tell. */
function randomHistory(): Retained[] {
  const minutes = fc.oneof(
    fc.integer({ min: 0, max: 10 * 1440 }),
    fc.integer({ min: 0, max: 3 * 365 * 1440 }),
  );
  const [backs] = fc.sample(
    fc.uniqueArray(minutes, { minLength: snapshotsEach, maxLength: snapshotsEach }),
    1,
  );
  const tags = fc.sample(fc.subarray(["a", "b"]), snapshotsEach);
  const times = backs!.map((back) => new Date(now.getTime() - back * 60_000).toISOString());
  return archivesAt(Object.fromEntries(times.map((time, at) => [time, { tags: tags[at]! }])));
}

function flagsOf(policy: RetentionPolicy): string[] {
  return Object.entries(policy).flatMap(([key, value]: [string, string | number | string[] | undefined]) => {
    if (value === undefined) return [];
    const flag = `--${key.replace("keepTags", "keepTag").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return (Array.isArray(value) ? value : [String(value)]).flatMap((one) => [
      flag,
      one === "all" ? "unlimited" : one,
    ]);
  });
}

/** time → rules, of one host, in restic's words. */
function ofRestic({ reasons }: Group): Record<string, string[]> {
  return Object.fromEntries(
    (reasons ?? []).map(({ snapshot, matches }) => [
      new Date(snapshot.time).toISOString(),
      matches.toSorted(),
    ]),
  );
}

/** The same of ours, less what only ocbak keeps. */
function ofOurs(
  history: readonly Retained[],
  policy: RetentionPolicy,
  hasOldest: boolean,
): Record<string, string[]> {
  const inTheirWords = (rule: string): string[] => {
    if (rule === "newest" || (!hasOldest && rule.startsWith("oldest"))) return [];
    if (rule === "without tags") return ["has tags []"];
    if (rule.startsWith("tags ")) return [`has tags [${rule.slice("tags ".length).replaceAll(",", ", ")}]`];
    return [rule.includes("within") ? rule : `${rule} snapshot`];
  };
  return Object.fromEntries(
    decide(history, policy, now)
      .map(
        ({ archive, keptBy }) =>
          [archive.createdAt.toISOString(), keptBy.flatMap(inTheirWords).toSorted()] as const,
      )
      .filter(([, rules]) => rules.length > 0),
  );
}

describe.runIf(hasRestic)("beside restic itself", () => {
  it("keeps what `restic forget` keeps, by the same rules, of random histories under random policies", () => {
    const hasOldest = keepsOldest();
    const tried = fc
      .sample(policies, policiesTried * 3)
      // Before 0.16 there is no `unlimited`; an empty tag is told in other words.
      .filter((policy) => !isEmptyPolicy(policy) && (hasOldest || !Object.values(policy).includes("all")))
      .slice(0, policiesTried);
    let kept = 0;
    for (const policy of tried) {
      const groups = JSON.parse(restic("forget", "--dry-run", "--json", ...flagsOf(policy))) as Group[];
      expect(groups.map(({ host }) => host).toSorted()).toEqual([...histories.keys()]);
      for (const group of groups) {
        const theirs = ofRestic(group);
        kept += Object.keys(theirs).length;
        expect({ policy, ...ofOurs(histories.get(group.host)!, policy, hasOldest) }).toEqual({
          policy,
          ...theirs,
        });
      }
    }
    console.log(
      `${tried.length} policies, ${kept} of ${tried.length * hosts * snapshotsEach} snapshots kept`,
    );
    expect(tried).toHaveLength(policiesTried);
  });
});
