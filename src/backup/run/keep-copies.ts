import { VerdictRecords } from "../../records/verdict-records.ts";
import { copyArchive } from "./copy-archive.ts";
import type { Made } from "./make-archive.ts";
import type { RunSetting } from "./run-setting.ts";

/** Records what the archive was proved to be, and copies it to every other store, where the copy is proved, too. */
export async function keepCopies(made: Made, setting: RunSetting): Promise<void> {
  const { stores, steps, context } = setting;
  if (made.report.verified === "full") {
    await steps.take({ step: "verify", store: made.storeName }, async () => {
      await noteVerdict(made, made.store, setting);
      return { value: undefined };
    });
  }
  for (const opened of stores) {
    if (opened.name === made.storeName) continue;
    await steps.take({ step: "copy", store: opened.name }, async () => {
      if (opened.store === undefined) throw opened.error;
      await copyArchive({ name: made.archive.name, from: made.store, to: opened.store }, context);
      await noteVerdict(made, opened.store, setting);
      return { value: undefined };
    });
  }
}

/** A copy that is the same byte for byte is as good as what it was copied from. */
async function noteVerdict(
  { archive, report }: Made,
  store: Made["store"],
  { records, context }: RunSetting,
): Promise<void> {
  if (report.verified === "none") return;
  const stored = await store.stat(archive.name);
  new VerdictRecords(records).put({
    archiveId: archive.archiveId,
    storeId: store.id,
    level: report.verified,
    version: stored?.version ?? null,
    verdict: report.verified,
    complete: report.complete,
    at: context.now().toISOString(),
  });
}
