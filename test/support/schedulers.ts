import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExitStatus } from "../../src/cli/exit-status.ts";
import { run } from "../../src/cli/run.ts";
import { testCli } from "./cli.ts";
import { freshDir, plant } from "./tree.ts";

/** Notes how it was called and does what it was told to; `show` tells what it was told to tell. */
const systemctl = `#!/bin/sh
dir=\${0%/*}
echo "systemctl $*" >> "$dir/calls"
[ "$1" = --user ] && shift
case "$*" in
  "show --property=Version") [ -e "$dir/no-manager" ] && { echo "Failed to connect to bus" >&2; exit 1; }
    echo Version=252 ;;
  show*) cat "$dir/shown" ;;
  enable*) echo active > "$dir/enabled" ;;
esac
[ -e "$dir/fail-$1" ] && { echo "$1 went wrong" >&2; exit 1; }
exit 0
`;

/** The part of crontab(1) that keeps a text. */
const crontab = `#!/bin/sh
dir=\${0%/*}
[ -e "$dir/fail-crontab$1" ] && { echo "crontab: you may not" >&2; exit 1; }
case "$1" in
  -l) [ -e "$dir/tab" ] || { echo "no crontab for you" >&2; exit 1; }; cat "$dir/tab" ;;
  -r) rm "$dir/tab" ;;
  -) cat > "$dir/tab" ;;
esac
`;

const launchctl = `#!/bin/sh
dir=\${0%/*}
echo "launchctl $*" >> "$dir/calls"
case "$1 $2" in
  "print gui/"*/*) [ -e "$dir/loaded" ] || exit 113
    [ -e "$dir/fail-idle" ] && echo "	state = running" || echo "	state = not running" ;;
  "bootstrap "*) [ -e "$dir/fail-bootstrap" ] && { echo "Bootstrap failed: 5" >&2; exit 5; }; echo > "$dir/loaded" ;;
  "bootout "*) rm "$dir/loaded" ;;
esac
exit 0
`;

const loginctl = `#!/bin/sh
echo Linger=yes
`;

/** What `systemctl show` tells of a timer that is on and a job that has not run. */
export const timerOn = `Id=ocbak.timer
ActiveState=active
UnitFileState=enabled
NextElapseUSecRealtime=Thu 2026-03-05 03:00:00 UTC
LastTriggerUSec=

Id=ocbak.service
ActiveState=inactive
UnitFileState=static
ExecMainStartTimestamp=
ExecMainExitTimestamp=
ExecMainCode=0
ExecMainStatus=0
Result=success
`;

export interface Scheduled {
  readonly home: string;
  /** Where the schedulers' programs are, and what they keep. */
  readonly bin: string;
  /** Runs `ocbak schedule …`. */
  readonly schedule: (
    ...words: readonly string[]
  ) => Promise<{ status: ExitStatus; out: string; err: string }>;
  /** Calls of the schedulers' programs since the last time, without questions. */
  readonly calls: () => string[];
  /** A file below the home, null where there is none. */
  readonly text: (path: string) => string | null;
  readonly crontab: () => string | null;
  /** Makes a call fail, or undoes that. */
  readonly fail: (what: string) => void;
}

export interface SchedulersOptions {
  readonly platform?: NodeJS.Platform;
  readonly env?: Readonly<Record<string, string>>;
  readonly program?: { readonly node: string; readonly script: string };
}

/** A machine whose schedulers are scripts that keep what they are told. Not root's: that would be this machine's own /etc. */
export function machineWithSchedulers(options: SchedulersOptions = {}): Scheduled {
  const home = freshDir();
  const bin = freshDir();
  const scripts = { systemctl, crontab, launchctl, loginctl };
  plant(bin, { ...scripts, shown: timerOn, calls: "" });
  for (const name of Object.keys(scripts)) chmodSync(join(bin, name), 0o755);
  plant(home, { "bin/node": "", "bin/ocbak.js": "" });
  chmodSync(join(home, "bin/node"), 0o755);
  return {
    home,
    bin,
    schedule: async (...words) => {
      const env = { PATH: `${bin}:/usr/bin:/bin`, XDG_RUNTIME_DIR: "/run/user/1000", ...options.env };
      const cli = testCli({ home, uid: 1000, env });
      const io = {
        ...cli.io,
        platform: options.platform ?? "linux",
        program: options.program ?? { node: join(home, "bin/node"), script: join(home, "bin/ocbak.js") },
      };
      return { status: await run(["schedule", ...words], io), out: cli.out(), err: cli.err() };
    },
    calls: () => {
      const lines = readFileSync(join(bin, "calls"), "utf8").split("\n").slice(0, -1);
      writeFileSync(join(bin, "calls"), "");
      return lines.filter((line) => !/ (show|print)\b/.test(line));
    },
    text: (path) => textOf(join(home, path)),
    crontab: () => textOf(join(bin, "tab")),
    fail: (what) => writeFileSync(join(bin, `fail-${what}`), ""),
  };
}

function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}
