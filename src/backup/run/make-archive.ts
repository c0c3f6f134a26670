import { basename } from "node:path";
import type { RunArchive } from "../../records/run-record.ts";
import type { ArchiveStore } from "../../store/archive-store.ts";
import { StoreError } from "../../store/errors.ts";
import { createBackup } from "../create.ts";
import { BackupError } from "../errors.ts";
import type { CreateReport } from "../reports.ts";
import type { Target } from "../targets.ts";
import { furthestIn } from "./furthest.ts";
import type { OpenedStore } from "../store/open-stores.ts";
import type { RunSetting } from "./run-setting.ts";
import type { StepResult } from "./steps.ts";

/** An archive that a run made, and where. */
export interface Made {
  readonly archive: RunArchive;
  readonly report: CreateReport;
  readonly store: ArchiveStore;
  readonly storeName: string;
}

/** It lies in what is backed up; its disk does not give back what was written. */
const ofStores: ReadonlySet<BackupError["code"]> = new Set(["output-inside-source", "not-self-verified"]);

/**
 * Backs an installation up into the first store that can be written to: what keeps one store from it (not mounted, full,
 * read-only) is a step that failed, and the next has its turn. Undefined where nothing was made.
 */
export async function makeArchive(target: Target, setting: RunSetting): Promise<Made | undefined> {
  let goesOn = true;
  for (const opened of setting.stores) {
    const made = await setting.steps.take({ step: "create", store: opened.name }, async () => {
      try {
        return await makeIn(target, opened, setting);
      } catch (error) {
        goesOn = isOfStore(error);
        throw error;
      }
    });
    if (made !== undefined || !goesOn) return made;
  }
  return undefined;
}

/** What is wrong with the installation is wrong for every store. */
function isOfStore(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  return error instanceof BackupError && ofStores.has(error.code);
}

async function makeIn(
  { request }: Target,
  opened: OpenedStore,
  { options, installation, records, context }: RunSetting,
): Promise<StepResult<Made>> {
  if (opened.store === undefined) throw opened.error;
  const { capture, sealing, signingKey } = options;
  const report = await createBackup(
    {
      ...capture,
      ...request,
      sealing,
      ...(signingKey && { signingKey }),
      into: {
        store: opened.store,
        furthest: await furthestIn(opened.store, installation, { records, context }),
      },
    },
    context,
  );
  const { archiveId, sizeBytes, createdAt, archive } = report;
  const made = {
    archive: { archiveId, name: basename(archive!), sizeBytes, createdAt: createdAt! },
    report,
    store: opened.store,
    storeName: opened.name,
  };
  if (report.complete) return { value: made };
  const missed = report.findings.length;
  return {
    value: made,
    outcome: "incomplete",
    reason: `data that matters was missed: ${missed} entries`,
    code: "incomplete",
  };
}
