import { type InstallationKey, isSameInstallation } from "../../records/run-record.ts";
import { type Decision, type Retained, decide } from "../../store/retention/decide.ts";
import { type RetentionPolicy, isEmptyPolicy } from "../../store/retention/policy.ts";
import { isSpan } from "../../store/retention/span.ts";
import type { Context } from "../context.ts";
import { BackupError } from "../errors.ts";
import type { CatalogArchive, CatalogSeries } from "./catalog.ts";

/** What a policy is for. A store may be shared: by default only for the series of this host. */
export interface RetentionChoice {
  readonly policy: RetentionPolicy;
  /** Names of hosts, or all; default: this one. */
  readonly hosts?: "all" | readonly string[] | undefined;
  /** Only the series of this installation. */
  readonly installation?: InstallationKey | undefined;
}

/** Throws `bad-policy` for one that would keep nothing, and for what is no span of time. */
export function requirePolicy({ policy }: RetentionChoice): void {
  for (const [key, value] of Object.entries(policy))
    if (key.startsWith("keepWithin") && typeof value === "string" && !isSpan(value))
      throw new BackupError("bad-policy", `${JSON.stringify(value)} is no span of time`, {
        hint: "write years, months, days and hours, such as 1y6m, 30d or 12h; `m` are months, and a week is 7d",
      });
  if (isEmptyPolicy(policy))
    throw new BackupError("bad-policy", "the retention policy has no rule: it would keep nothing");
}

/** A series goes by the host of its newest archive: one that moved belongs to where it is now. */
export function isMeant(
  series: InstallationKey,
  { hosts, installation }: Pick<RetentionChoice, "hosts" | "installation">,
  { hostname }: Pick<Context, "hostname">,
): boolean {
  if (installation !== undefined) return isSameInstallation(series, installation);
  return hosts === "all" || (hosts ?? [hostname]).includes(series.host);
}

/** What becomes of each archive of a series. */
export function retain(
  { archives }: CatalogSeries,
  policy: RetentionPolicy,
  now: Date,
): Decision<Retained & { readonly archive: CatalogArchive }>[] {
  const retained = archives.map((archive) => ({
    archive,
    name: archive.stored.name,
    manifestSha256: archive.facts.manifestSha256,
    createdAt: archive.createdAt,
    sequence: archive.sequence,
    tags: archive.tags,
    pinned: archive.pinned,
    isGood: archive.isGood,
    isIncomplete: archive.complete === false,
  }));
  return decide(retained, policy, now);
}

/**
 * Throws `bad-policy` where tags are all that a policy keeps by, no archive of a series that counts has one of them, and
 * some would go: a slip of the pen, or a series of which the policy does not think.
 */
export function requireTagged(
  decisions: ReturnType<typeof retain>,
  { keepTags = [], ...others }: RetentionPolicy,
): void {
  const isByTagsAlone = keepTags.length > 0 && isEmptyPolicy(others);
  if (!isByTagsAlone || decisions.every(({ keptBy }) => keptBy.length > 0)) return;
  const isTagged = decisions.some(({ keptBy }) => keptBy.some((rule) => /^(tags |without tags$)/.test(rule)));
  if (isTagged) return;
  const { host, stateDir } = decisions[0]!.archive.archive.facts;
  throw new BackupError(
    "bad-policy",
    `no archive of ${host}: ${stateDir} has the tags ${keepTags.map((tags) => JSON.stringify(tags)).join(" or ")}: of all of them none but the newest would be kept`,
    {
      hint: "look at the tags with `ocbak archives`; where that is meant, add --keep-last 1 (in the settings `keepLast`)",
    },
  );
}
