import { join } from "node:path";
import type { Backend, BackendTools } from "./backend.ts";
import { ScheduleError } from "./errors.ts";
import { plistText } from "./launchd-text.ts";
import { complaintOf } from "./runner.ts";
import { shellWord } from "./shell-word.ts";
import { changeOf } from "./text-place.ts";
import { requestRun, tickStateOf } from "./tick-state.ts";

/** macOS: an agent of the user, for root a daemon. */
export function launchdBackend(tools: BackendTools): Backend {
  const { run, places, processes } = tools;
  const { domain, isLoaded, must, deactivate } = launchctlOf(tools);
  const fileOf = (name: string): string => join(places.agentDir, `${name}.plist`);
  return {
    name: "launchd",
    waits: false,
    unfit: async () => {
      const ran = await run("launchctl", ["print", await domain()]);
      return ran.status === 0 ? null : complaintOf(ran);
    },
    install: async (job) => [await changeOf(fileOf(job.name), plistText(job))],
    remove: async (name) => {
      const change = await changeOf(fileOf(name), null);
      return change.before === null ? [] : [change];
    },
    activate: async (name) => {
      // A job that is loaded keeps what it was loaded with.
      await deactivate(name);
      await must("enable", `${await domain()}/${name}`);
      await must("bootstrap", await domain(), fileOf(name));
    },
    deactivate,
    refresh: async () => {},
    state: async (job, now) => tickStateOf(job, { enabled: await isLoaded(job.name), now, processes }),
    start: async (job) => {
      await requestRun(job);
      return run("launchctl", ["kickstart", `${await domain()}/${job.name}`]);
    },
    log: ({ logFile }) => `cat ${shellWord(logFile)}`,
    obstacles: async () => [],
    hints: async () => [],
  };
}

function launchctlOf({ run, places, uid }: BackendTools) {
  const domain = async (): Promise<string> => {
    if (places.scope === "system") return "system";
    // Over ssh, without a session on the screen, there is no gui domain.
    const gui = await run("launchctl", ["print", `gui/${uid}`]);
    return gui.status === 0 ? `gui/${uid}` : `user/${uid}`;
  };
  const isLoaded = async (name: string): Promise<boolean> =>
    (await run("launchctl", ["print", `${await domain()}/${name}`])).status === 0;
  const must = async (...words: readonly string[]): Promise<void> => {
    const ran = await run("launchctl", words);
    if (ran.status !== 0)
      throw new ScheduleError(
        "command-failed",
        `running \`launchctl ${words.join(" ")}\`: ${complaintOf(ran)}`,
      );
  };
  const deactivate = async (name: string): Promise<void> => {
    const target = `${await domain()}/${name}`;
    const { status, stdout } = await run("launchctl", ["print", target]);
    if (status !== 0) return;
    if (/^\s*state = running$/m.test(stdout)) {
      throw new ScheduleError("running", `${name} runs, and launchd would end it`, {
        hint: "wait until the backup is done, then try again",
      });
    }
    await must("bootout", target);
  };
  return { domain, isLoaded, must, deactivate };
}
