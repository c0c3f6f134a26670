import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runDoctor } from "../../src/openclaw/doctor.ts";
import { freshDir } from "../support/tree.ts";

/** A program of that name: how OpenClaw's own doctor gets on is seen by the soak tests. */
function program(script: string): { readonly PATH: string } {
  const bin = freshDir();
  chmodSync(bin, 0o755);
  writeFileSync(join(bin, "openclaw"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${bin}:/usr/bin:/bin` };
}

function homeOf(profile: string | null) {
  const home = freshDir();
  chmodSync(home, 0o755);
  const stateDir = join(home, profile === null ? ".openclaw" : `.openclaw-${profile}`);
  mkdirSync(stateDir);
  return { profile, home, stateDir, configFile: null };
}

describe("openclaw doctor", () => {
  it("is run for the profile, in its home, and all that it says is told", async () => {
    const target = homeOf("work");
    const run = await runDoctor(target, { env: program('echo "$@"; pwd; echo trouble >&2; exit 3') });
    expect(run).toMatchObject({ status: 3 });
    expect(run!.output.split("\n").sort()).toEqual(
      ["", "--profile work doctor --non-interactive", target.home, "trouble"].sort(),
    );
  });

  it("that is not there is no failure", async () => {
    expect(await runDoctor(homeOf(null), { env: { PATH: freshDir() } })).toBeUndefined();
  });

  it("that does not end is ended", async () => {
    const run = await runDoctor(homeOf(null), { env: program("echo begun; exec sleep 60"), timeoutMs: 300 });
    expect(run).toEqual({ status: null, output: "begun\n" });
  });

  it("ends with the restore that asked for it", async () => {
    const controller = new AbortController();
    const run = runDoctor(homeOf(null), { env: program("exec sleep 60"), signal: controller.signal });
    controller.abort(new Error("stop"));
    await expect(run).rejects.toThrow("stop");
  });

  it.runIf(process.getuid!() === 0)("runs as the owner, with no groups of root's", async () => {
    const run = await runDoctor(homeOf(null), {
      env: program("id -u; id -G"),
      runAs: { uid: 65_534, gid: 65_534 },
    });
    expect(run).toEqual({ status: 0, output: "65534\n65534\n" });
  });
});
