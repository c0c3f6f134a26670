import type { RecordsDatabase } from "../../records/database.ts";
import type { InstallationKey } from "../../records/run-record.ts";
import type { Context } from "../context.ts";
import type { OpenedStore } from "../store/open-stores.ts";
import type { RunOptions } from "./run-options.ts";
import type { Steps } from "./steps.ts";

/** What the steps of a run for one installation work with. */
export interface RunSetting {
  readonly options: RunOptions;
  readonly installation: InstallationKey;
  readonly stores: readonly OpenedStore[];
  readonly records: RecordsDatabase;
  readonly steps: Steps;
  readonly context: Context;
  /** Called when the run of an installation was let begin. */
  readonly onBegin: () => Promise<void>;
}
