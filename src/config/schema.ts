import { z } from "zod";
import { isDuration } from "./duration.ts";

const Duration = z.string().refine(isDuration, "must be a number and m, h, d or w, such as 36h");
/** A timer has no current directory: what is relative would mean another place each time. */
const Path = z.string().regex(/^(\/|~\/|[A-Za-z]:[\\/])/, "must be absolute, or begin with ~/");
const Text = z.string().min(1);
const Globs = z.array(Text);
const Keep = z.int().positive().or(z.literal("all"));
const Within = z
  .string()
  .regex(
    /^(?=.)(\d{1,6}y)?(\d{1,6}m)?(\d{1,6}d)?(\d{1,6}h)?$/,
    "must be a duration such as 1y6m, 30d or 12h",
  );
const WebAddress = z.url({
  protocol: /^https?$/,
  error: "must be an address that begins with https:// or http://",
});
const StoreName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be a short name of letters, digits, `.`, `_` and `-`");
const ProfileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be the name of an OpenClaw profile");

const Store = z
  .strictObject({
    name: StoreName.describe("What reports and --store call it."),
    path: Path.describe(
      "The folder: a disk of this machine or something mounted. Made a store by `ocbak init`.",
    ),
  })
  .describe("A place that keeps archives.");

/** With the meaning that restic gives to the same words. */
const Retention = z
  .strictObject({
    keepLast: Keep.describe("The newest so many."),
    keepHourly: Keep.describe("The newest of each of the last so many hours that have an archive."),
    keepDaily: Keep.describe("Likewise for days."),
    keepWeekly: Keep.describe("Likewise for weeks, which begin on Monday."),
    keepMonthly: Keep.describe("Likewise for months."),
    keepYearly: Keep.describe("Likewise for years."),
    keepWithin: Within.describe("All that are younger than this, counted from the newest."),
    keepWithinHourly: Within.describe("The newest of each hour within this."),
    keepWithinDaily: Within.describe("The newest of each day within this."),
    keepWithinWeekly: Within.describe("The newest of each week within this."),
    keepWithinMonthly: Within.describe("The newest of each month within this."),
    keepWithinYearly: Within.describe("The newest of each year within this."),
    keepTags: z.array(Text).describe("All that have one of these tags; `a,b`: both of them."),
  })
  .partial();

const Notify = z
  .strictObject({
    start: WebAddress.describe("Called when a run begins."),
    success: WebAddress.describe("Called when a run has ended well."),
    fail: WebAddress.describe("Called when a run has failed or its backup is incomplete."),
    onFailure: Text.describe(
      "A shell command for a run that failed or is incomplete; the report stands on its standard input.",
    ),
    metricsFile: Path.describe(
      "Written after each run for node_exporter's textfile collector; ends in .prom.",
    ),
    timeout: Duration.describe("How long a call or the command may take."),
  })
  .partial();

/** ocbak's own settings, `config.json`. Every key may be left out. */
export const Config = z
  .strictObject({
    $schema: z.string().describe("For editors."),
    recipients: z.array(Text).min(1).describe("age recipients to seal to."),
    recipientsFiles: z.array(Path).min(1).describe("Files with one recipient a line."),
    signingKey: Path.describe("An OpenSSH Ed25519 private key without passphrase, to sign with."),
    profiles: z
      .literal("all")
      .or(z.array(ProfileName).min(1))
      .describe("Which OpenClaw profiles `ocbak run` backs up; `default` is the one without a name."),
    workspace: z.boolean().describe("false leaves the workspaces out."),
    sealAll: z.boolean().describe("Seal workspace files, too."),
    plain: Globs.describe("Workspace files that stay readable whatever the scan for secrets says."),
    include: Globs.describe("What a rule would leave out; `plugins`: the installed plugins."),
    exclude: Globs.describe("What is left out."),
    defaultExcludes: z.boolean().describe("false takes logs, caches and the like, too."),
    oneFileSystem: z.boolean().describe("Leave out what is mounted inside."),
    compressionLevel: z.int().min(1).max(19),
    tags: z.array(Text).max(256).describe("Written into each archive."),
    stores: z
      .array(Store)
      .min(1)
      .describe("Where archives are kept. `run` writes into the first and copies to the others."),
    retention: Retention.describe("What `run` and `prune` keep, of each series in each store."),
    maxAge: Duration.describe("How old the last good backup may be before `status` says that it is overdue."),
    drillEvery: Duration.describe("How often `run` proves that the newest archive restores."),
    readAllWithin: Duration.describe("`run` reads a part of every store each time, all of it within this."),
    notify: Notify.describe("Who is told how a run went."),
  })
  .partial()
  .superRefine(({ stores = [] }, context) => {
    for (const key of ["name", "path"] as const) {
      const twice = stores.find((store, index) => stores.findIndex((one) => one[key] === store[key]) < index);
      if (twice !== undefined)
        context.addIssue({ code: "custom", path: ["stores"], message: `names ${twice[key]} twice` });
    }
  });
export type Config = z.infer<typeof Config>;

/** The JSON Schema that is published as docs/config.schema.json, for editors. */
export function configJsonSchema(): object {
  return {
    ...z.toJSONSchema(Config, { io: "input" }),
    title: "Settings of ocbak (config.json)",
  };
}
