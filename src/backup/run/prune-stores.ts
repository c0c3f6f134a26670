import { pruneStore } from "../store/prune.ts";
import type { RunSetting } from "./run-setting.ts";
import type { StepResult } from "./steps.ts";

/** Several hosts that share a store have their timers at the same hour. */
const waitMs = 5 * 60_000;

/** Removes from every store what the policy does not keep of the installation's archives. */
export async function pruneStores(setting: RunSetting): Promise<void> {
  const { options, stores, installation, records, steps, context } = setting;
  const { retention: policy } = options;
  if (policy === undefined) return;
  const choice = { policy, installation };
  for (const opened of stores) {
    const name = { step: "prune", store: opened.name } as const;
    await steps.take(name, async (): Promise<StepResult<void>> => {
      if (opened.store === undefined) throw opened.error;
      const { failed } = await pruneStore(opened.store, choice, { records, context, waitMs });
      if (failed === 0) return { value: undefined };
      return {
        value: undefined,
        outcome: "failed",
        reason: `${failed} archives could not be removed`,
        code: "not-removed",
      };
    });
  }
}
