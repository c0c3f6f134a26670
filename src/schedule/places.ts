import { join } from "node:path";
import { type XdgPlace, xdgFolder } from "../system/xdg.ts";

/** What the places depend on. */
export interface Machine extends XdgPlace {
  readonly uid: number;
}

/** Where jobs and what the schedulers read of them lie. Those of root are the system's: nobody else can write there. */
export interface SchedulePlaces {
  readonly scope: "user" | "system";
  readonly jobDir: string;
  readonly stateDir: string;
  /** Of systemd. */
  readonly unitDir: string;
  /** Of launchd. */
  readonly agentDir: string;
}

export function schedulePlaces(machine: Machine): SchedulePlaces {
  if (machine.uid === 0) {
    return {
      scope: "system",
      jobDir: "/etc/ocbak/schedule",
      stateDir: "/var/lib/ocbak/schedule",
      unitDir: "/etc/systemd/system",
      agentDir: "/Library/LaunchDaemons",
    };
  }
  const configHome = xdgFolder("config", machine);
  return {
    scope: "user",
    jobDir: join(configHome, "ocbak/schedule"),
    stateDir: join(xdgFolder("state", machine), "ocbak/schedule"),
    unitDir: join(configHome, "systemd/user"),
    agentDir: join(machine.osHomeDir, "Library/LaunchAgents"),
  };
}
