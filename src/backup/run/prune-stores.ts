import { pruneStore } from "../store/prune.ts";
import type { RunSetting } from "./run.ts";
import type { StepResult } from "./steps.ts";

/** Removes from every store what the policy does not keep of the installation's archives. */
export async function pruneStores(setting: RunSetting): Promise<void> {
  const { options, stores, installation, records, steps, context } = setting;
  const { retention: policy } = options;
  if (policy === undefined) return;
  for (const opened of stores) {
    const name = { step: "prune", store: opened.name } as const;
    await steps.take(name, async (): Promise<StepResult<void>> => {
      if (opened.store === undefined) throw opened.error;
      const { failed } = await pruneStore(opened.store, { policy, installation }, { records, context });
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
