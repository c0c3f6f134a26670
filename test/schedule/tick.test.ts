import { getPriority } from "node:os";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDaily } from "../../src/schedule/calendar.ts";
import { run } from "../../src/cli/run.ts";
import { Job } from "../../src/schedule/job.ts";
import { freshTickState, isDue, TickState } from "../../src/schedule/tick-state.ts";
import { markOf } from "../../src/system/process-mark.ts";
import { testCli } from "../support/cli.ts";
import { differences, documentedShape } from "../support/documented-shape.ts";
import { machineWithSchedulers } from "../support/schedulers.ts";
import { freshDir, plant } from "../support/tree.ts";
import { until } from "../support/program.ts";

const installedAt = new Date(2026, 2, 1, 12, 0);
const daily = parseDaily("03:00");

function at(day: number, hour: number, minute = 0): Date {
  return new Date(2026, 2, day, hour, minute);
}

/** A job whose program is the shell, with a script that says what it was given. */
function planted(script: string, change: Partial<Job> = {}): { job: Job; dir: string } {
  const dir = freshDir();
  plant(dir, { "job.sh": script });
  const job = Job.parse({
    about: "Made by `ocbak schedule install`",
    format: 1,
    name: "ocbak",
    backend: "cron",
    when: daily,
    randomDelaySeconds: 0,
    command: { node: "/bin/sh", script: join(dir, "job.sh"), arguments: ["run", "--quiet"] },
    environment: { PLACE: "here" },
    jobFile: join(dir, "job.json"),
    stateFile: join(dir, "state/ocbak.json"),
    logFile: join(dir, "state/ocbak.log"),
    ...change,
  });
  writeFileSync(job.jobFile, JSON.stringify(job));
  return { job, dir };
}

/** `pid`: of a process that is not this. */
async function tick(
  { jobFile }: Job,
  now: Date,
  { signal, pid = process.pid }: { signal?: AbortSignal; pid?: number } = {},
) {
  const cli = testCli({ home: "/", ...(signal && { signal }) });
  const status = await run(["schedule", "tick", jobFile], { ...cli.io, pid, now: () => now });
  return { status, out: cli.out(), err: cli.err() };
}

function stateOf({ stateFile }: Job): TickState {
  return TickState.parse(JSON.parse(readFileSync(stateFile, "utf8")));
}

describe("a daily job at 03:00 is", () => {
  const fresh = freshTickState(installedAt);
  const ranOn = (day: number, hour: number) => ({ ...fresh, startedAt: at(day, hour).toISOString() });

  it.each([
    ["not due before its first time", fresh, at(2, 2, 59), false],
    ["not due for the times before it was installed", fresh, at(1, 13), false],
    ["due at its time", fresh, at(2, 3), true],
    ["due an hour later, where the machine slept", fresh, at(2, 4), true],
    ["due days later, where the machine was off", ranOn(2, 3), at(9, 17), true],
    ["not due again an hour after it ran", ranOn(2, 3), at(2, 4), false],
    ["not due for yesterday's time once it was made up for", ranOn(2, 17), at(3, 2), false],
    ["due where a run of the future is told of: the clock was wrong", ranOn(9, 3), at(2, 4), true],
    ["due where nobody knows when it ran", null, at(2, 1), true],
    ["due where run-now asked for it", { ...ranOn(2, 3), requested: true }, at(2, 4), true],
  ])("%s", (_what, state, now, expected) => {
    expect(isDue({ when: daily } as Job, state, now)).toBe(expected);
  });
});

describe("ocbak schedule tick", () => {
  it("runs a job that is due, once, in its environment, and keeps what it printed and how it ended", async () => {
    const { job } = planted('echo "$PLACE $*"; echo trouble >&2; exit 3\n');
    const first = await tick(job, at(2, 3));
    expect(first).toMatchObject({ status: 3, out: "" });
    expect(first.err).toContain("here run --quiet\n");
    expect(first.err).toContain("trouble\n");
    expect(readFileSync(job.logFile, "utf8").split("\n").sort()).toEqual(["", "here run --quiet", "trouble"]);
    expect(stateOf(job)).toMatchObject({ startedAt: at(2, 3).toISOString(), exitStatus: 3, mark: null });
    expect(await tick(job, at(2, 4))).toEqual({ status: 0, out: "", err: "" });
    expect((await tick(job, at(3, 4))).status).toBe(3);
  });

  it("gives way to everything else on the machine", async () => {
    const { job } = planted("nice\n");
    expect((await tick(job, at(2, 3))).err).toBe(`${Math.min(19, getPriority() + 10)}\n`);
  });

  it("starts no second run beside one that goes on, and one after a run that was killed", async () => {
    const { job, dir } = planted("echo ran\n");
    const mark = markOf({ host: "testhost", pid: process.pid, isRunning: () => true });
    const going = { ...freshTickState(installedAt), startedAt: at(2, 3).toISOString(), mark };
    plant(dir, { "state/ocbak.json": JSON.stringify(going) });
    expect((await tick(job, at(3, 3))).err).toBe("");
    plant(dir, { "state/ocbak.json": JSON.stringify({ ...going, mark: { ...mark, start: "1" } }) });
    expect((await tick(job, at(3, 3))).err).toBe("ran\n");
  });

  it("runs the job once where two look at the same moment", async () => {
    const { job, dir } = planted('echo ran >> "$0.ran"\n');
    const ended = await Promise.all([tick(job, at(2, 3)), tick(job, at(2, 3), { pid: 1 })]);
    expect(ended.map(({ status }) => status)).toEqual([0, 0]);
    expect(readFileSync(join(dir, "job.sh.ran"), "utf8")).toBe("ran\n");
  });

  it("ends the job where it is ended itself, and keeps that", async () => {
    const { job, dir } = planted("echo > $0.begun; exec sleep 60\n");
    const controller = new AbortController();
    const ended = tick(job, at(2, 3), { signal: controller.signal });
    await until(() => readdirSync(dir).includes("job.sh.begun"), "the job begins");
    controller.abort();
    expect((await ended).status).toBe(1);
    expect(stateOf(job)).toMatchObject({ signal: "SIGTERM", exitStatus: null });
    expect(stateOf(job).finishedAt).not.toBeNull();
  });

  it("is a failure where it cannot keep when the job ran: else it would run each hour", async () => {
    const { job, dir } = planted("echo > $0.begun\n");
    plant(dir, { state: "a file in the way" });
    const { status, err } = await tick(job, at(2, 3));
    expect(status).toBe(1);
    expect(err).toContain("writing");
    expect(readdirSync(dir)).not.toContain("job.sh.begun");
  });

  it.each([
    ["that is not there", null, 10, "not-scheduled"],
    ["that is cut", '{"format":1', 1, "bad-job"],
    ["of another format", '{"format":2}', 1, "bad-job"],
  ])("refuses a job file %s", async (_what, text, expected, code) => {
    const path = join(freshDir(), "job.json");
    if (text !== null) writeFileSync(path, text);
    const cli = testCli({ home: "/" });
    expect(await run(["schedule", "tick", path, "--json"], cli.io)).toBe(expected);
    expect(JSON.parse(cli.err())).toMatchObject({ error: { code } });
  });
});

describe("ocbak schedule run-now", () => {
  const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;

  it("runs the command of the crontab at once, in cron's surroundings, and exits as the job does", async () => {
    const machine = machineWithSchedulers({ program: { node: process.execPath, script: main } });
    const { schedule, home } = machine;
    await schedule("install", "--backend", "cron", "--random-delay", "30m");
    // The real command line; the job itself is a script in place of `run`, which this test is not about.
    const jobFile = join(home, ".config/ocbak/schedule/ocbak.json");
    const job = JSON.parse(readFileSync(jobFile, "utf8")) as Job;
    plant(home, { "job.sh": "env; exit 12\n" });
    const command = { node: "/bin/sh", script: join(home, "job.sh"), arguments: [] };
    writeFileSync(jobFile, JSON.stringify({ ...job, command }));
    // The crontab still calls node with ocbak.
    const { status, out } = await schedule("run-now", "--json");
    expect(status).toBe(12);
    expect(differences(JSON.parse(out), documentedShape("schedule run-now"))).toEqual([]);
    expect(JSON.parse(out)).toMatchObject({ waited: true, last: { exitStatus: 12, result: "exit-code" } });
    const said = readFileSync(job.logFile, "utf8").split("\n");
    expect(said).toContain(`HOME=${home}`);
    expect(said).toContain("SHELL=/bin/sh");
    expect(said.join()).not.toContain("VITEST");
  });

  it("has systemd start the service, and tells how it ended", async () => {
    const machine = machineWithSchedulers();
    await machine.schedule("install");
    machine.calls();
    const { status, out } = await machine.schedule("run-now", "--json");
    expect(machine.calls()).toEqual(["systemctl --user start ocbak.service"]);
    // The script that stands for systemctl starts nothing, and that is told.
    expect([status, out]).toEqual([1, ""]);
  });

  it("refuses a job that runs, and one that nobody installed", async () => {
    const machine = machineWithSchedulers();
    expect((await machine.schedule("run-now")).status).toBe(10);
    await machine.schedule("install");
    const shown = join(machine.bin, "shown");
    writeFileSync(
      shown,
      readFileSync(shown, "utf8").replace("ActiveState=inactive", "ActiveState=activating"),
    );
    expect((await machine.schedule("run-now")).status).toBe(11);
  });
});
