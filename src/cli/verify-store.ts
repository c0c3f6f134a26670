import { resolve } from "node:path";
import type { Verdict } from "../backup/reports.ts";
import type { StoreVerifyReport } from "../backup/store/verify-store-report.ts";
import type { StoreVerifyOptions } from "../backup/store/verify-store.ts";
import type { Call } from "./command.ts";
import { type ExitStatus, statusOfProof, statusOfVerdict } from "./exit-status.ts";
import { printReport, write } from "./output.ts";
import { withContext } from "./use-context.ts";

/** Whether an argument is the folder of a store. */
export async function isStorePath(path: string, { cwd }: Call["io"]): Promise<boolean> {
  const { isStore } = await import("../backup/store/is-store.ts");
  return isStore(resolve(cwd, path));
}

/** `ocbak verify` of a store. The exit status is the worst of its archives. */
export async function verifyStoreAt(
  path: string,
  options: StoreVerifyOptions,
  call: Call,
): Promise<ExitStatus> {
  const { verifyStoreOf } = await import("../backup/store/verify-store.ts");
  const { storeVerifyFailure, storeVerifyText } = await import("./render/verify-store-text.ts");
  const report = await withContext(call, (context) => verifyStoreOf(path, options, context));
  const status = statusOf(report);
  const { io, voice } = call;
  await printReport(io.stdout, voice, {
    json: report,
    text: () => storeVerifyText(report),
    problems: status !== 0,
  });
  if (!voice.json) await write(io.stderr, storeVerifyFailure(report));
  return status;
}

function statusOf({ read, knownBad }: StoreVerifyReport): ExitStatus {
  const all = [
    ...read.map(({ verdict, complete }) => statusOfOne(verdict, complete)),
    ...knownBad.map(({ verdict }) => statusOfOne(verdict, null)),
  ];
  return all.reduce<ExitStatus>((worst, one) => (one > worst ? one : worst), 0);
}

function statusOfOne(verdict: string, complete: boolean | null): ExitStatus {
  if (verdict === "no-key") return 12;
  return isVerdict(verdict) ? statusOfProof(verdict, complete) : 1;
}

/** What was recorded is text, and may be in the words of another version. */
function isVerdict(word: string): word is Verdict {
  return Object.hasOwn(statusOfVerdict, word);
}
