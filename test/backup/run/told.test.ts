import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunNotifier } from "../../../src/backup/run/notify-run.ts";
import type { InstallationRun, RunReport, ToldReport } from "../../../src/backup/run/run-report.ts";
import { Steps } from "../../../src/backup/run/steps.ts";
import { Interrupted } from "../../../src/cli/errors.ts";
import type { NotifySettings } from "../../../src/notify/settings.ts";
import { RunRecords } from "../../../src/records/run-records.ts";
import { initDirectoryStore } from "../../../src/store/directory-store.ts";
import { markOf } from "../../../src/system/process-mark.ts";
import { fakeSecrets } from "../../support/fake-secrets.ts";
import { answers, type Seen, serverThat } from "../../support/ping-server.ts";
import { installation, record, recordsIn, testNow } from "../../support/recorded-runs.ts";
import { plant } from "../../support/tree.ts";
import { makeWorld } from "../../support/world.ts";

const stamp = testNow.getTime() / 1000;
const dayBefore = stamp - 24 * 3600 + 60;

/** The values of a metrics file by name and the label that matters. */
function metricsOf(file: string): Record<string, number> {
  const lines = readFileSync(file, "utf8").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, labels = "", value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      const outcome = /outcome="(\w+)"/.exec(labels)?.[1];
      return name === undefined ? [] : [[outcome === undefined ? name : `${name} ${outcome}`, Number(value)]];
    }),
  );
}

/** A home with an installation, a store, a server that is told, and settings that name all three. */
async function watched(statuses: readonly number[] = [200]) {
  const { origin, seen } = await serverThat(answers(...statuses));
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": "{}" });
  const store = join(world.archives, "usb");
  const context = world.context();
  const processes = { host: context.hostname, pid: context.pid, isRunning: context.isRunning };
  await initDirectoryStore(store, { now: context.now, processes });
  const file = (name: string): string => join(world.archives, name);
  const notify = {
    start: `${origin}/ping/5ecret/start`,
    success: `${origin}/ping/5ecret`,
    fail: `${origin}/ping/5ecret/fail`,
    onFailure: `cat > ${file("report.json")}; env > ${file("env")}`,
    metricsFile: file("ocbak.prom"),
  };
  const settings = { recipients: [world.recipient], stores: [{ name: "usb", path: store }], notify };
  writeFileSync(join(world.home, ".config/ocbak/config.json"), JSON.stringify(settings));
  const key = installation({ stateDir: join(world.home, ".openclaw") });
  const run = async () => {
    const { status, out, err } = await world.ocbak(["run", "--json"], {
      env: { OCBAK_IDENTITY_COMMAND: "x" },
    });
    return { status, err, report: out === "" ? undefined : (JSON.parse(out) as ToldReport) };
  };
  return {
    ...world,
    origin,
    seen,
    store,
    file,
    run,
    key,
    processes,
    records: recordsIn(world.home, context.env),
    context,
  };
}

const summary = ({ method, url, body }: Seen): string =>
  `${method} ${url.split("?")[0]} ${body.split(",")[0]}`;

describe("a run that went well", () => {
  it("is told by pings of one run id, and by metrics; not by the command for failed runs", async () => {
    const { run, seen, file } = await watched();
    const { status, report } = await run();
    expect([status, report!.told.map(({ step, outcome }) => `${step} ${outcome}`)]).toEqual([
      0,
      ["notify done", "notify done", "notify done"],
    ]);
    expect(seen.map(summary)).toEqual([
      "POST /ping/5ecret/start ocbak run: started\n",
      "POST /ping/5ecret ocbak run: done",
    ]);
    expect(seen[1]!.body).toMatch(
      /^ocbak run: done, \d+\.\d s\nbackup 1: done, \d+ bytes\n {2}create: done, [^\n]+\n {2}verify: done, [^\n]+\n$/,
    );
    const ids = seen.map(({ url }) => new URL(url, "http://x").searchParams.get("rid"));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(metricsOf(file("ocbak.prom"))).toMatchObject({
      ocbak_last_success_timestamp_seconds: stamp,
      "ocbak_last_run_outcome done": 1,
      "ocbak_last_run_outcome failed": 0,
      ocbak_store_last_archive_timestamp_seconds: stamp,
    });
    expect(existsSync(file("report.json"))).toBe(false);
  });

  it("stays one where nobody could be told, which is said, recorded, and seen by status", async () => {
    const { run, ocbak, key, records, origin } = await watched([403]);
    const { status, report } = await run();
    const reason = `telling ${origin} failed: it answered 403`;
    expect([status, report!.outcome]).toEqual([0, "done"]);
    expect(report!.told).toMatchObject([
      { outcome: "failed", code: "ping-failed", reason },
      { outcome: "done" },
      { outcome: "failed", code: "ping-failed", reason },
    ]);
    const [recorded] = new RunRecords(records).latest(key, 1);
    expect(recorded).toMatchObject({ outcome: "done" });
    expect(recorded!.steps.filter(({ step }) => step === "notify")).toHaveLength(3);
    const { status: exit, out } = await ocbak(["status"], { uid: 1000 });
    expect([exit, out]).toEqual([0, expect.stringContaining(reason)]);
  });
});

describe("a run that failed", () => {
  it("is told as failed, everywhere, and no metric of success is any younger for it", async () => {
    const { run, seen, file, store, records, key } = await watched();
    const create = { step: "create", store: "usb", outcome: "done" } as const;
    record(records, [{ hoursAgo: 24, outcome: "done", steps: [create], sizeBytes: 5 }], key);
    rmSync(store, { recursive: true });
    const { status, report } = await run();
    expect([status, report!.outcome]).toEqual([1, "failed"]);
    expect(seen.map(summary)).toEqual([
      "POST /ping/5ecret/start ocbak run: started\n",
      "POST /ping/5ecret/fail ocbak run: failed",
    ]);
    expect(seen[1]!.body).toContain("\nbackup 1: failed, no archive\n  create: failed, ");
    expect(metricsOf(file("ocbak.prom"))).toMatchObject({
      ocbak_last_success_timestamp_seconds: dayBefore,
      ocbak_store_last_archive_timestamp_seconds: dayBefore,
      ocbak_last_failure_timestamp_seconds: stamp,
      ocbak_last_success_archive_bytes: 5,
      ocbak_failures_since_success: 1,
      "ocbak_last_run_outcome done": 0,
      "ocbak_last_run_outcome failed": 1,
    });
  });

  it("hands its report to the command, as JSON and in variables, without the settings of ocbak's keys", async () => {
    const { run, file, store, key } = await watched();
    rmSync(store, { recursive: true });
    const { report } = await run();
    const told = JSON.parse(readFileSync(file("report.json"), "utf8")) as RunReport;
    expect(told).toMatchObject({ outcome: "failed", error: null, installations: [{ installation: key }] });
    expect(told.installations[0]!.steps).toEqual(report!.installations[0]!.steps);
    const env = readFileSync(file("env"), "utf8");
    const { reason } = report!.installations[0]!.steps[0]!;
    expect(env).toContain(`OCBAK_RUN_OUTCOME=failed\n`);
    expect(env).toContain(`OCBAK_RUN_REASON=create: ${reason}\n`);
    expect(env).not.toContain("OCBAK_IDENTITY_COMMAND");
  });

  it("is told as failed where it could not even be recorded, and the metrics stay as they are", async () => {
    const { run, seen, file, records } = await watched();
    writeFileSync(file("ocbak.prom"), "as they were\n");
    writeFileSync(records.file, "no database ".repeat(1000));
    const { status, err } = await run();
    expect([status, JSON.parse(err.trim().split("\n").at(-1)!)]).toMatchObject([
      20,
      { error: { code: "damaged-records" } },
    ]);
    expect(seen.map(({ url, body }) => [url.split("?")[0], body.split("\n")[0]])).toEqual([
      ["/ping/5ecret/fail", expect.stringMatching(/^ocbak run: failed, .* \(damaged-records\)$/)],
    ]);
    expect(readFileSync(file("ocbak.prom"), "utf8")).toBe("as they were\n");
  });

  it("is told as failed where it lacks what it needs to begin", async () => {
    const { ocbak, seen, home } = await watched();
    rmSync(join(home, ".config/ocbak/identity.txt"));
    const settings = join(home, ".config/ocbak/config.json");
    const { recipients: _, ...rest } = JSON.parse(readFileSync(settings, "utf8")) as Record<string, unknown>;
    writeFileSync(settings, JSON.stringify(rest));
    expect((await ocbak(["run"])).status).toBe(2);
    expect(seen.map(({ body }) => body)).toEqual(["ocbak run: failed, 0.0 s (no-recipient)\n"]);
  });

  it("is told as failed where somebody ends it", async () => {
    const { ocbak, seen, key, records, file } = await watched();
    const signal = AbortSignal.abort(new Interrupted("SIGTERM"));
    expect((await ocbak(["run"], { signal })).status).toBe(143);
    expect(seen.map(({ body }) => body.split("\n")[0])).toEqual([
      "ocbak run: started",
      expect.stringMatching(/^ocbak run: failed, .* \(interrupted\)$/),
    ]);
    expect(new RunRecords(records).latest(key, 1)).toMatchObject([{ outcome: "failed", archive: null }]);
    expect(metricsOf(file("ocbak.prom"))).toMatchObject({ "ocbak_last_run_outcome failed": 1 });
  });

  it("is not told of where another one is on, which will tell by itself", async () => {
    const { run, seen, key, records, processes } = await watched();
    new RunRecords(records).begin(key, testNow.toISOString(), markOf(processes));
    expect([(await run()).status, seen]).toEqual([11, []]);
  });
});

/** A run whose errors are full of secrets; all that others got of it. */
async function whatIsToldOf(secret: string): Promise<string> {
  const { context, origin, seen, records, key, file } = await watched();
  const notify: NotifySettings = {
    fail: `${origin}/ping`,
    onFailure: `cat > ${file("report.json")}; env > ${file("env")}`,
    metricsFile: file("ocbak.prom"),
  };
  const runs = new RunRecords(records);
  const id = runs.begin(key, testNow.toISOString(), markOf(context && { ...context, host: "testhost" }));
  const steps = new Steps(context, (step) => runs.addStep(id, step));
  const error = Object.assign(new Error(`it said: ${secret}`), { code: secret });
  await steps.take({ step: "create", store: "usb" }, () => Promise.reject(error));
  const at = testNow.toISOString();
  runs.finish(id, { finishedAt: at, outcome: "failed", archive: null });
  const one: InstallationRun = {
    installation: key,
    outcome: "failed",
    archive: null,
    store: null,
    warnings: [`beware of ${secret}`],
    steps: steps.records,
  };
  const report = { startedAt: at, finishedAt: at, outcome: "failed", installations: [one] } as const;
  await new RunNotifier(notify, context).end({ report, stores: ["usb"] });
  await new RunNotifier(notify, context).end({ startedAt: at, error });
  const files = [file("report.json"), file("env"), file("ocbak.prom"), records.file];
  return [
    ...seen.map(({ url, body }) => `${url}\n${body}`),
    ...files.map((each) => readFileSync(each, "latin1")),
  ].join("\n");
}

describe("what leaves the machine, and what is written", () => {
  it("holds nothing of secrets that stand in errors, their codes and warnings", async () => {
    const kinds = ["age-identity", "anthropic-api-key", "telegram", "password-in-a-note"];
    const secrets = kinds.map((kind) => fakeSecrets.get(kind)!);
    const told = await whatIsToldOf(secrets.map(({ text }) => text).join(" and "));
    expect(told).toContain("it said: ");
    for (const { secret } of secrets) expect(told).not.toContain(secret.slice(-20));
  });

  it("is no name, no path and no free text where it goes over the network", async () => {
    const { run, seen, store, home } = await watched();
    rmSync(store, { recursive: true });
    await run();
    const bodies = seen.map(({ body }) => body).join("\n");
    for (const name of [home, store, "usb", "testhost", "default", "no such", "openclaw"])
      expect(bodies).not.toContain(name);
  });
});
