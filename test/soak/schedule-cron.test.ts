import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { addScheduledUser, callAs, type ScheduledUser } from "../support/scheduled-user.ts";
import { hasCron, startCron } from "../support/cron.ts";

async function runsOf(user: ScheduledUser, count: number, seconds: number): Promise<number> {
  for (let second = 0; user.runs().length < count && second < seconds; second += 1) await setTimeout(1000);
  return user.runs().length;
}

it.runIf(hasCron())(
  "a real cron runs a job that was installed, makes up for what was missed, and lets go of it",
  async () => {
    const user = addScheduledUser();
    const call = callAs(user);
    const schedule = async (...words: string[]) => {
      const { status, out, err } = await call(user.node, user.script, "schedule", ...words, "--json");
      return { status, report: JSON.parse(out === "" ? err : out) };
    };
    const mine = 'MAILTO=""\n# mine\n0 5 1 1 * true 100\\%\n';
    writeFileSync(join(user.home, "tab"), mine);
    expect((await call("crontab", join(user.home, "tab"))).status).toBe(0);
    const without = await schedule("install", "--every", "1m", "--random-delay", "0");
    expect(without).toMatchObject({ status: 0, report: { backend: "cron", outcome: "installed" } });
    expect(without.report.warnings).toContain("no cron daemon runs on this machine: nothing will be run");
    startCron();
    expect((await schedule("install", "--every", "1m", "--random-delay", "0")).report.outcome).toBe(
      "unchanged",
    );

    // Every minute, as cron sees it.
    expect(await runsOf(user, 2, 150)).toBe(2);
    const [first] = user.runs();
    expect(first!.argv).toEqual([user.node, user.script, "run", "--quiet"]);
    expect(first!.nice).toBe(10);
    expect(first!.env).toMatchObject({ HOME: user.home, PATH: "/usr/local/bin:/usr/bin:/bin" });
    const wellDone = await schedule("status");
    expect(wellDone).toMatchObject({
      status: 0,
      report: { jobs: [{ enabled: true, problems: [], last: { exitStatus: 0, result: "success" } }] },
    });
    const job = JSON.parse(
      readFileSync(join(user.home, ".config/ocbak/schedule/ocbak.json"), "utf8"),
    ) as Record<"stateFile" | "logFile", string>;
    expect(readFileSync(job.logFile, "utf8")).toBe("this is the job\n");

    // Daily at a time that has passed today, or yesterday where it is just after midnight: nothing is made up for …
    const soon = new Date(Date.now() + 90_000);
    const past = `${(soon.getHours() + 23) % 24}:${String(soon.getMinutes()).padStart(2, "0")}`;
    expect((await schedule("install", "--daily", past, "--random-delay", "0")).report.outcome).toBe(
      "installed",
    );
    expect((await call("crontab", "-l")).out.startsWith(`${mine}# BEGIN ocbak: daily at `)).toBe(true);
    // … until the machine was asleep at that time, of which only the last run tells.
    const runs = user.runs().length;
    const state = JSON.parse(readFileSync(job.stateFile, "utf8")) as object;
    const daysAgo = new Date(Date.now() - 3 * 86_400_000).toISOString();
    writeFileSync(
      job.stateFile,
      JSON.stringify({ ...state, installedAt: daysAgo, startedAt: daysAgo, finishedAt: daysAgo }),
    );
    user.exitWith(3);
    expect(await runsOf(user, runs + 1, 150)).toBe(runs + 1);
    await setTimeout(3000);
    expect(await schedule("status")).toMatchObject({
      status: 1,
      report: { jobs: [{ last: { exitStatus: 3 }, problems: [expect.stringContaining("exit status 3")] }] },
    });

    user.exitWith(0);
    expect(await schedule("run-now")).toMatchObject({
      status: 0,
      report: { waited: true, last: { exitStatus: 0 } },
    });
    expect(user.runs().length).toBe(runs + 2);
    rmSync(user.node);
    const { out } = await call(process.execPath, user.script, "schedule", "status");
    expect(out).toContain("is gone or cannot be run: no backup until `ocbak schedule install` is run again");
    expect((await call(process.execPath, user.script, "schedule", "remove")).status).toBe(0);
    expect((await call("crontab", "-l")).out).toBe(mine);
    await call("crontab", "-r");
  },
);
