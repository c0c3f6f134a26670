import { describe, expect, it } from "vitest";
import { smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

describe("ocbak show", () => {
  it("says what was found, aligned, with nothing on stderr", async () => {
    const world = await makeWorld();
    plant(world.home, smallInstallation);
    const { status, out, err } = await world.ocbak(["show", "--sizes"], {
      env: { OPENCLAW_GATEWAY_PORT: "1" },
    });
    expect([status, err]).toEqual([0, ""]);
    const text = out.replaceAll(world.home, "~");
    expect(text).toContain("state dir    ~/.openclaw (the default state dir)\n");
    expect(text).toContain("agents       main, bob\n");
    expect(text).toContain("gateway      stopped (no lock, no lease); port 1: nobody answers\n");
    expect(text).toMatch(/^A backup takes 7 files, .*:\n {2}state +3 files, /m);
    expect(text).toMatch(
      /^Of it is:\n {2}secret +4 files, 311 bytes +opens accounts or machines\n {2}private +3 /m,
    );
    expect(text).toMatch(
      /^Left out:\n {2}logs +2 entries +19 bytes +private +logs, which grow without bound\n/m,
    );
    expect(text).toContain("  To take logs along (19 bytes): --include 'state/logs'\n");
    expect(text).toMatch(/^ {2}workspace.main\/\.env +1 file, 18 bytes +secret$/m);
    expect(text).toMatch(/Sizes in state:\n/);
    expect(text).toMatch(/Profiles of this user:\n {2}default {2}~\/.openclaw {2}this one\n$/);
  });

  it("says which rule chose the place", async () => {
    const world = await makeWorld();
    plant(world.home, { ".openclaw-work/openclaw.json": "{}", "srv/openclaw.json": "{}" });
    const chosen = async (argv: readonly string[], env = {}) =>
      /state dir +(.*)\n/.exec((await world.ocbak(["show", ...argv], { env })).out)?.[1];
    expect(await chosen(["--profile", "work"])).toMatch(/\(the state dir by --profile work\)$/);
    expect(await chosen(["--state-dir", "srv"])).toMatch(/\(the state dir by --state-dir\)$/);
    expect(await chosen([], { OPENCLAW_STATE_DIR: "srv" })).toMatch(
      /\(the state dir by OPENCLAW_STATE_DIR\)$/,
    );
  });

  it("puts warnings first, and escapes what would play tricks on a terminal", async () => {
    const world = await makeWorld();
    plant(world.home, {
      ".openclaw/openclaw.json":
        "{gateway: {mode: 'remote'}, agents: {entries: {a: {agentDir: '~/x\\u001b[2J'}}}}",
      "x\u001b[2J/openclaw-agent.sqlite": "",
    });
    const { out } = await world.ocbak(["show"]);
    expect(out).toMatch(/^WARNING: gateway.mode is "remote"/);
    expect(out).toContain("gateway      on another machine: no URL set\n");
    expect(out).toMatch(/agent\.a .*x\\x1b\[2J/);
    expect(out).not.toContain("\u001b");
  });

  it("is 10 where there is no installation", async () => {
    const { status } = await (await makeWorld()).ocbak(["show"]);
    expect(status).toBe(10);
  });
});
