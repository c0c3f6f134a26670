import { chmodSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { differences, documentedShape } from "../support/documented-shape.ts";
import { machineWithSchedulers, type Scheduled, timerOn } from "../support/schedulers.ts";
import { plant } from "../support/tree.ts";

const service = ".config/systemd/user/ocbak.service";
const timer = ".config/systemd/user/ocbak.timer";
const jobFile = ".config/ocbak/schedule/ocbak.json";
const enabling = ["daemon-reload", "enable ocbak.timer", "restart ocbak.timer"].map(
  (words) => `systemctl --user ${words}`,
);

/** Names of all files in the home's folders of configuration. */
function installed({ home }: Scheduled): string[] {
  const all = readdirSync(home, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
    .filter((path) => !path.startsWith("bin/"))
    .sort();
}

async function json(machine: Scheduled, ...words: string[]) {
  const { status, out, err } = await machine.schedule(...words, "--json");
  return { status, report: JSON.parse(out === "" ? err : out) };
}

describe("ocbak schedule install", () => {
  it("writes service, timer and job file, then has systemd take them up", async () => {
    const machine = machineWithSchedulers();
    const { status, report } = await json(machine, "install");
    expect([status, report.outcome, report.backend, report.scope]).toEqual([
      0,
      "installed",
      "systemd",
      "user",
    ]);
    expect(machine.calls()).toEqual(enabling);
    expect(machine.text(timer)).toMatch(
      /^OnCalendar=\*-\*-\* 03:00:00\nPersistent=true\nRandomizedDelaySec=900$/m,
    );
    const words = [`${machine.home}/bin/node`, `${machine.home}/bin/ocbak.js`, "run", "--quiet"];
    expect(machine.text(service)).toContain(`ExecStart=${words.map((word) => `"${word}"`).join(" ")}\n`);
    expect(report.command).toEqual(words);
    expect(report.changes.map(({ path }: { path: string }) => path)).toEqual(
      [jobFile, service, timer].map((path) => join(machine.home, path)),
    );
  });

  it("changes nothing a second time, and tells the difference a third", async () => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    machine.calls();
    const again = await json(machine, "install");
    expect([again.report.outcome, again.report.changes, machine.calls()]).toEqual(["unchanged", [], []]);
    const { out } = await machine.schedule("install", "--every", "6h", "--random-delay", "0");
    expect(out).toContain("-OnCalendar=*-*-* 03:00:00\n");
    expect(out).toContain("+OnCalendar=*-*-* 00,06,12,18:00:00\n");
    expect(machine.calls()).toEqual(enabling);
  });

  it("switches on again what is as it should be and was switched off", async () => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    machine.calls();
    writeFileSync(
      join(machine.bin, "shown"),
      timerOn.replace("UnitFileState=enabled", "UnitFileState=disabled"),
    );
    expect((await json(machine, "install")).report.outcome).toBe("installed");
    expect(machine.calls()).toEqual(enabling);
  });

  it("says with --dry-run what it would do, and does nothing", async () => {
    const machine = machineWithSchedulers();
    const { out } = await machine.schedule("install", "--dry-run");
    expect(out).toContain("+OnCalendar=*-*-* 03:00:00\n");
    expect(out).toContain("Nothing was changed.");
    expect([installed(machine), machine.calls()]).toEqual([[], []]);
  });

  it.each(["daemon-reload", "enable", "restart"])("takes all back where systemctl %s fails", async (verb) => {
    const machine = machineWithSchedulers();
    machine.fail(verb);
    const { status, report } = await json(machine, "install");
    expect([status, report.error.code]).toEqual([1, "command-failed"]);
    expect(report.error.message).toContain(`systemctl --user ${verb}`);
    expect(report.error.message).toContain("went wrong");
    expect(installed(machine)).toEqual([]);
  });

  it("puts back what was there before where a change fails, and says what could not be", async () => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    const before = [machine.text(service), machine.text(timer), machine.text(jobFile)];
    machine.fail("restart");
    const { report } = await json(machine, "install", "--daily", "04:00");
    expect([machine.text(service), machine.text(timer), machine.text(jobFile)]).toEqual(before);
    expect(report.error.message).toContain(
      "all texts are as they were, and then: running `systemctl --user restart",
    );
  });

  it.each([
    ["a file", (path: string) => writeFileSync(path, "[Service]\nExecStart=/bin/true\n")],
    ["a unit that was masked", (path: string) => symlinkSync("/dev/null", path)],
  ])("refuses %s of that name that it did not make", async (_what, make) => {
    const machine = machineWithSchedulers();
    plant(machine.home, { ".config/systemd/user": { dir: true } });
    make(join(machine.home, service));
    const { status, report } = await json(machine, "install");
    expect([status, report.error.code]).toEqual([26, "foreign-file"]);
    expect([machine.calls(), machine.text(jobFile)]).toEqual([[], null]);
  });

  it("gives each profile a timer of its own, and settings by their full path", async () => {
    const machine = machineWithSchedulers();
    plant(machine.home, { "own.json": '{"stores":[{"name":"a","path":"/srv/a"}]}' });
    await machine.schedule("install");
    const { report } = await json(machine, "install", "--profile", "work", "--config", "own.json");
    expect(report.name).toBe("ocbak-work");
    expect(report.command.slice(2)).toEqual([
      "run",
      "--quiet",
      "--config",
      join(machine.home, "own.json"),
      "--profile",
      "work",
    ]);
    expect(report.warnings).toEqual([]);
    expect((await json(machine, "status")).report.jobs.map(({ name }: { name: string }) => name)).toEqual([
      "ocbak-work",
      "ocbak",
    ]);
  });

  it("hands on places of the environment, and no secret", async () => {
    const env = {
      OPENCLAW_STATE_DIR: "claw",
      OPENCLAW_GATEWAY_TOKEN: "hunter2",
      OCBAK_PASSPHRASE_COMMAND: "echo hunter2",
      OCBAK_SIGNING_KEY: "/keys/sign",
      XDG_CONFIG_HOME: "relative",
    };
    const machine = machineWithSchedulers({ env });
    const { report } = await json(machine, "install");
    expect(machine.text(service)).toContain(`Environment="OPENCLAW_STATE_DIR=${machine.home}/claw"\n`);
    expect(report.environment).toContain("OCBAK_SIGNING_KEY");
    for (const path of installed(machine)) expect(machine.text(path)).not.toContain("hunter2");
    expect(report.warnings.join()).toContain("OCBAK_PASSPHRASE_COMMAND is not set for the job");
  });

  it.each([
    [["--daily", "25:00"], 2, "bad-time"],
    [["--every", "7m"], 2, "bad-time"],
    [["--daily", "03:00", "--every", "6h"], 2, "usage"],
    [["--random-delay", "soon"], 2, "usage"],
    [["--profile", "no/name"], 2, "bad-profile-name"],
    [["--backend", "at"], 2, "usage"],
    [["--config", "nowhere.json"], 2, "unreadable-config"],
    [["--backend", "launchd"], 1, "no-scheduler"],
  ])("refuses %j", async (words, expected, code) => {
    const machine = machineWithSchedulers();
    rmSync(join(machine.bin, "launchctl"));
    const { status, report } = await json(machine, "install", ...words);
    expect([status, report.error.code, installed(machine)]).toEqual([expected, code, []]);
  });
});

describe("the choice of a scheduler", () => {
  it("is cron where no manager of systemd answers, and a refusal where there is neither", async () => {
    const machine = machineWithSchedulers();
    writeFileSync(join(machine.bin, "no-manager"), "");
    expect((await json(machine, "install", "--dry-run")).report.backend).toBe("cron");
    machine.fail("crontab-l");
    const { status, report } = await json(machine, "install");
    expect([status, report.error.code]).toEqual([1, "no-scheduler"]);
    expect(report.error.message).toMatch(/systemd: Failed to connect to bus; cron: crontab: you may not/);
  });

  it("moves a job: what another scheduler had of it goes", async () => {
    const machine = machineWithSchedulers();
    plant(machine.bin, { tab: "MAILTO=me\n" });
    await machine.schedule("install", "--backend", "cron");
    expect(machine.crontab()).toMatch(/^MAILTO=me\n# BEGIN ocbak: daily at 03:00/);
    await machine.schedule("install");
    expect([machine.crontab(), machine.text(timer) === null]).toEqual(["MAILTO=me\n", false]);
    machine.calls();
    await machine.schedule("install", "--backend", "cron");
    expect(machine.calls()).toContain("systemctl --user disable --now ocbak.timer");
    expect(machine.text(timer)).toBeNull();
  });

  it("is launchd on macOS, whose job is unloaded before it is loaded anew", async () => {
    const machine = machineWithSchedulers({ platform: "darwin" });
    const { report } = await json(machine, "install");
    expect(report.backend).toBe("launchd");
    expect(machine.text("Library/LaunchAgents/ocbak.plist")).toContain("<string>tick</string>");
    const load = [
      "enable gui/1000/ocbak",
      `bootstrap gui/1000 ${machine.home}/Library/LaunchAgents/ocbak.plist`,
    ];
    expect(machine.calls()).toEqual(load.map((words) => `launchctl ${words}`));
    await machine.schedule("install", "--every", "1h");
    expect(machine.calls()).toEqual(["bootout gui/1000/ocbak", ...load].map((words) => `launchctl ${words}`));
    await machine.schedule("remove");
    expect(machine.calls()).toEqual(["launchctl bootout gui/1000/ocbak"]);
    expect(installed(machine)).toEqual([]);
  });

  it("is no reason for launchd to end a backup that goes on", async () => {
    const machine = machineWithSchedulers({ platform: "darwin" });
    await machine.schedule("install");
    machine.calls();
    machine.fail("idle");
    const before = machine.text("Library/LaunchAgents/ocbak.plist");
    expect(await json(machine, "remove")).toMatchObject({
      status: 11,
      report: { error: { code: "running" } },
    });
    expect((await machine.schedule("install", "--every", "1h")).status).toBe(11);
    expect([machine.calls(), machine.text("Library/LaunchAgents/ocbak.plist")]).toEqual([[], before]);
  });

  it("takes a crontab back that was not taken", async () => {
    const machine = machineWithSchedulers();
    machine.fail("crontab-");
    const { status, report } = await json(machine, "install", "--backend", "cron");
    expect([status, report.error.code, machine.text(jobFile)]).toEqual([1, "command-failed", null]);
  });
});

describe("ocbak schedule remove", () => {
  it.each(["systemd", "cron"])(
    "takes away all that install with %s made, and nothing else",
    async (backend) => {
      const machine = machineWithSchedulers();
      plant(machine.bin, { tab: "0 1 * * * true\n" });
      plant(machine.home, { ".config/systemd/user/other.timer": "mine", ".config/ocbak/config.json": "{}" });
      await machine.schedule("install", "--backend", backend);
      machine.calls();
      const dry = await json(machine, "remove", "--dry-run");
      expect(dry.report.outcome).toBe("dry-run");
      expect(dry.report.changes).not.toEqual([]);
      expect(machine.text(jobFile)).not.toBeNull();
      expect((await json(machine, "remove")).report.outcome).toBe("removed");
      expect(installed(machine)).toEqual([".config/ocbak/config.json", ".config/systemd/user/other.timer"]);
      expect(machine.crontab()).toBe("0 1 * * * true\n");
      const calls = ["disable --now ocbak.timer", "clean --what=state ocbak.timer", "daemon-reload"];
      expect(machine.calls()).toEqual(
        backend === "cron" ? [] : calls.map((words) => `systemctl --user ${words}`),
      );
      expect(await json(machine, "remove")).toMatchObject({
        status: 10,
        report: { error: { code: "not-scheduled" } },
      });
    },
  );

  it("keeps the units where systemd does not let go of them", async () => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    machine.fail("disable");
    expect((await machine.schedule("remove")).status).toBe(1);
    expect([machine.text(timer) === null, machine.text(jobFile) === null]).toEqual([false, false]);
  });
});

describe("ocbak schedule status", () => {
  const ran = (code: number, exit: number, result: string) =>
    shown((text) =>
      text
        .replace("ExecMainStartTimestamp=", "ExecMainStartTimestamp=Wed 2026-03-04 03:00:01 UTC")
        .replace("ExecMainExitTimestamp=", "ExecMainExitTimestamp=Wed 2026-03-04 03:04:05 UTC")
        .replace("ExecMainCode=0", `ExecMainCode=${code}`)
        .replace("ExecMainStatus=0", `ExecMainStatus=${exit}`)
        .replace("Result=success", `Result=${result}`),
    );

  it("tells next and last run as systemd does, and exits with 0 where all is well", async () => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    ran(1, 0, "success")(machine);
    const { status, report } = await json(machine, "status");
    expect(status).toBe(0);
    expect(report.jobs[0]).toMatchObject({
      next: "2026-03-05T03:00:00.000Z",
      last: {
        startedAt: "2026-03-04T03:00:01.000Z",
        finishedAt: "2026-03-04T03:04:05.000Z",
        exitStatus: 0,
        result: "success",
      },
      problems: [],
    });
  });

  it.each([
    ["a node that is gone", ({ home }: Scheduled) => rmSync(join(home, "bin/node")), "bin/node is gone"],
    [
      "a node that cannot be run",
      ({ home }: Scheduled) => chmodSync(join(home, "bin/node"), 0o644),
      "bin/node is gone",
    ],
    [
      "an ocbak that is gone",
      ({ home }: Scheduled) => rmSync(join(home, "bin/ocbak.js")),
      "bin/ocbak.js is gone",
    ],
    [
      "a timer that is off",
      shown((text) => text.replace("ActiveState=active", "ActiveState=inactive")),
      "does not run it",
    ],
    ["a run that failed", ran(1, 3, "exit-code"), "ended with exit status 3"],
    ["a run that was killed", ran(2, 9, "signal"), "ended as signal"],
    [
      "a timer that somebody changed",
      ({ home }: Scheduled) => plant(home, { [timer]: "# Made by `ocbak schedule install`\n" }),
      "ocbak.timer is not as it was installed",
    ],
    [
      "a timer that somebody replaced",
      ({ home }: Scheduled) => plant(home, { [timer]: "mine" }),
      "was not made by ocbak",
    ],
  ])("names %s, and exits with 1", async (_what, change, problem) => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    change(machine);
    const { status, report } = await json(machine, "status");
    expect(status).toBe(1);
    expect(report.jobs[0].problems).toEqual([expect.stringContaining(problem)]);
    expect((await machine.schedule("status", "--quiet")).out).toContain(
      `PROBLEM: ${report.jobs[0].problems[0]}`,
    );
  });

  it("has a hint for a user whose timers end with the session, and no problem", async () => {
    const machine = machineWithSchedulers();
    plant(machine.bin, { loginctl: "#!/bin/sh\necho Linger=no\n" });
    expect((await json(machine, "install")).report.hints).toEqual([expect.stringContaining("enable-linger")]);
    const { status, report } = await json(machine, "status");
    expect([status, report.jobs[0].problems, report.jobs[0].hints.length]).toEqual([0, [], 1]);
  });

  it("knows after a boot when systemd began the last run, and not how it ended", async () => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    shown((text) => text.replace("LastTriggerUSec=", "LastTriggerUSec=Wed 2026-03-04 03:00:01 UTC"))(machine);
    const { status, report } = await json(machine, "status");
    expect(status).toBe(0);
    expect(report.jobs[0].last).toEqual({
      startedAt: "2026-03-04T03:00:01.000Z",
      finishedAt: null,
      exitStatus: null,
      result: null,
    });
  });

  it("exits with 10 where nothing is scheduled", async () => {
    const { status, out } = await machineWithSchedulers().schedule("status");
    expect([status, out]).toEqual([10, expect.stringContaining("No backup is scheduled")]);
  });
});

describe("the JSON of", () => {
  it.each(["install", "status", "remove"])("schedule %s is as documented", async (command) => {
    const machine = machineWithSchedulers();
    await machine.schedule("install", "--backend", "cron");
    const { report } = await json(
      machine,
      ...(command === "install" ? ["install", "--every", "1h"] : [command]),
    );
    expect(differences(report, documentedShape(`schedule ${command}`))).toEqual([]);
  });
});

/** Has `systemctl show` tell something else. */
function shown(change: (text: string) => string): (machine: Scheduled) => void {
  return ({ bin }) => writeFileSync(join(bin, "shown"), change(timerOn));
}
