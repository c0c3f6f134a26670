import { describe, expect, it } from "vitest";
import type { BackendTools } from "../../src/schedule/backend.ts";
import { launchdBackend } from "../../src/schedule/launchd.ts";
import { schedulePlaces } from "../../src/schedule/places.ts";
import { runnerIn } from "../../src/schedule/runner.ts";
import { systemdBackend } from "../../src/schedule/systemd.ts";
import { machineWithSchedulers, type Scheduled } from "../support/schedulers.ts";

describe("the places of jobs are", () => {
  const osHomeDir = "/home/alex";

  it.each([
    ["a user's own", {}, "/home/alex/.config"],
    ["where XDG has them", { XDG_CONFIG_HOME: "/cfg" }, "/cfg"],
    ["their defaults where XDG is relative", { XDG_CONFIG_HOME: "cfg" }, "/home/alex/.config"],
  ])("%s", (_what, env, configHome) => {
    expect(schedulePlaces({ env, osHomeDir, uid: 1000 })).toEqual({
      scope: "user",
      jobDir: `${configHome}/ocbak/schedule`,
      stateDir: "/home/alex/.local/state/ocbak/schedule",
      unitDir: `${configHome}/systemd/user`,
      agentDir: "/home/alex/Library/LaunchAgents",
    });
  });

  // With sudo, home and environment may be a user's, who could write what root runs.
  it("the system's for root, whatever home and environment say", () => {
    const env = { XDG_CONFIG_HOME: "/cfg", XDG_STATE_HOME: "/state" };
    expect(schedulePlaces({ env, osHomeDir, uid: 0 })).toEqual({
      scope: "system",
      jobDir: "/etc/ocbak/schedule",
      stateDir: "/var/lib/ocbak/schedule",
      unitDir: "/etc/systemd/system",
      agentDir: "/Library/LaunchDaemons",
    });
  });
});

describe("root's job is of the system's", () => {
  it("systemd, whose timers need no session", async () => {
    const machine = machineWithSchedulers();
    const backend = systemdBackend(toolsOf(machine));
    await backend.activate("ocbak");
    await backend.deactivate("ocbak");
    expect(machine.calls()).toEqual([
      "systemctl daemon-reload",
      "systemctl enable ocbak.timer",
      "systemctl restart ocbak.timer",
      "systemctl disable --now ocbak.timer",
      "systemctl clean --what=state ocbak.timer",
    ]);
    expect([await backend.hints(), await backend.obstacles()]).toEqual([[], []]);
  });

  it("launchd", async () => {
    const machine = machineWithSchedulers();
    await launchdBackend(toolsOf(machine)).activate("ocbak");
    expect(machine.calls()).toEqual([
      "launchctl bootout system/ocbak",
      "launchctl enable system/ocbak",
      "launchctl bootstrap system /Library/LaunchDaemons/ocbak.plist",
    ]);
  });
});

function toolsOf({ bin }: Scheduled): BackendTools {
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  const places = schedulePlaces({ env, osHomeDir: "/root", uid: 0 });
  const processes = { host: "testhost", pid: process.pid, isRunning: () => true };
  return { run: runnerIn(env), places, uid: 0, env, processes };
}
