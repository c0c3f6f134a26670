import { isProved } from "../store/decisive-verdict.ts";
import { verifyStore } from "../store/verify-store.ts";
import type { StoreVerifyReport } from "../store/verify-store-report.ts";
import type { RunSetting } from "./run-setting.ts";
import type { StepResult } from "./steps.ts";

/** Reads of every store what is due, so that all of it is read within the time of the settings. */
export async function readWhenDue(setting: RunSetting): Promise<void> {
  const { options, stores, records, steps, context } = setting;
  const { readAllWithinMs: withinMs, read } = options;
  if (withinMs === undefined) return;
  for (const opened of stores) {
    await steps.take({ step: "subset", store: opened.name }, async () => {
      if (opened.store === undefined) throw opened.error;
      const asked = { ...read, subset: { withinMs } };
      return resultOf(await verifyStore({ store: opened.store, records }, asked, context));
    });
  }
}

/** An archive that is not whole is told each time, until it is gone. */
function resultOf({ read, knownBad }: StoreVerifyReport): StepResult<void> {
  const bad = [...read.filter((one) => !isProved(one)), ...knownBad];
  const [first] = bad;
  if (first === undefined) return { value: undefined };
  const others = bad.length === 1 ? "" : `, and ${bad.length - 1} more`;
  const reason = `${first.name} is ${first.verdict}${others}`;
  return { value: undefined, outcome: "failed", reason, code: "not-whole" };
}
