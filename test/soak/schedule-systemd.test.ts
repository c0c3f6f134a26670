import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { addScheduledUser } from "../support/scheduled-user.ts";
import { startUserManager } from "../support/user-manager.ts";

it("a real systemd runs a job that was installed, in its place, and tells how it ended", async (context) => {
  const user = addScheduledUser();
  const { call } = await startUserManager(context, user);
  const schedule = async (...words: string[]) => {
    const { status, out, err } = await call(user.node, user.script, "schedule", ...words, "--json");
    return { status, report: JSON.parse(out === "" ? err : out) };
  };

  expect(
    await schedule("install", "--every", "1m", "--random-delay", "0", "--profile", "work"),
  ).toMatchObject({
    status: 0,
    report: { outcome: "installed", backend: "systemd", scope: "user" },
  });
  expect(
    (await schedule("install", "--every", "1m", "--random-delay", "0", "--profile", "work")).report.outcome,
  ).toBe("unchanged");

  // The timer itself, up to a minute and its accuracy of another one later.
  for (let second = 0; user.runs().length === 0 && second < 150; second += 1) await setTimeout(1000);
  const [first] = user.runs();
  expect(first!.argv).toEqual([user.node, user.script, "run", "--quiet", "--profile", "work"]);
  expect(first!.nice).toBe(10);
  expect(first!.env).toMatchObject({ HOME: user.home, PATH: "/usr/local/bin:/usr/bin:/bin" });

  expect(await schedule("install", "--daily", "03:00", "--profile", "work")).toMatchObject({
    report: { outcome: "installed" },
  });
  user.exitWith(3);
  expect(await schedule("run-now", "--profile", "work")).toMatchObject({
    status: 3,
    report: { waited: true, last: { exitStatus: 3, result: "exit-code" } },
  });
  const failed = await schedule("status");
  expect([failed.status, failed.report.jobs[0].problems]).toEqual([
    1,
    [expect.stringContaining("exit status 3")],
  ]);
  user.exitWith(0);
  expect((await schedule("run-now", "--profile", "work")).status).toBe(0);
  expect(await schedule("status")).toMatchObject({
    status: 0,
    report: { jobs: [{ enabled: true, problems: [] }] },
  });

  // As if the machine had been off for two days: what the timer knows of its last time is the age of this file.
  const runs = user.runs().length;
  await call("systemctl", "--user", "stop", "ocbak-work.timer");
  const daysAgo = new Date(Date.now() - 2 * 86_400_000);
  utimesSync(join(user.home, ".local/share/systemd/timers/stamp-ocbak-work.timer"), daysAgo, daysAgo);
  expect(
    await schedule("install", "--daily", "03:00", "--profile", "work", "--random-delay", "0"),
  ).toMatchObject({ report: { outcome: "installed" } });
  for (let second = 0; user.runs().length === runs && second < 30; second += 1) await setTimeout(1000);
  expect(user.runs().length).toBe(runs + 1);

  rmSync(user.node);
  const { out } = await call(process.execPath, user.script, "schedule", "status");
  expect(out).toContain(`is gone or cannot be run: no backup until \`ocbak schedule install\` is run again`);
  expect((await call(process.execPath, user.script, "schedule", "remove", "--profile", "work")).status).toBe(
    0,
  );
  expect((await call("systemctl", "--user", "list-unit-files", "ocbak*")).out).toContain("0 unit files");
});
