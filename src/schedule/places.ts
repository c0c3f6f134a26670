import { join } from "node:path";

/** What the places depend on. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly osHomeDir: string;
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

export function schedulePlaces({ env, osHomeDir, uid }: Machine): SchedulePlaces {
  if (uid === 0) {
    return {
      scope: "system",
      jobDir: "/etc/ocbak/schedule",
      stateDir: "/var/lib/ocbak/schedule",
      unitDir: "/etc/systemd/system",
      agentDir: "/Library/LaunchDaemons",
    };
  }
  const configHome = xdg(env["XDG_CONFIG_HOME"], join(osHomeDir, ".config"));
  const stateHome = xdg(env["XDG_STATE_HOME"], join(osHomeDir, ".local/state"));
  return {
    scope: "user",
    jobDir: join(configHome, "ocbak/schedule"),
    stateDir: join(stateHome, "ocbak/schedule"),
    unitDir: join(configHome, "systemd/user"),
    agentDir: join(osHomeDir, "Library/LaunchAgents"),
  };
}

/** The XDG specification: a relative path there is to be ignored. */
function xdg(value: string | undefined, otherwise: string): string {
  return value?.startsWith("/") ? value : otherwise;
}
