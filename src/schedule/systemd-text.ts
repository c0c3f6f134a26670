import { type Calendar, calendarText, twoDigits, weekdayNames } from "./calendar.ts";
import { commandWords, type Job } from "./job.ts";
import { ownMark } from "./text-place.ts";

const head = `# ${ownMark}, which shows and undoes what is changed here.
# Own settings go into a drop-in: systemctl edit (with --user, where this is a user's).
`;

/** systemd.service(5). Type oneshot: while it runs, its timer starts no second one. */
export function serviceText(job: Job): string {
  return `${head}[Unit]
Description=OpenClaw backup (${job.name})

[Service]
Type=oneshot
ExecStart=${execWords(job).map(execWord).join(" ")}
${Object.entries(job.environment)
  .map(([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}\n`)
  .join("")}Nice=10
CPUWeight=20
IOWeight=20
IOSchedulingClass=idle
`;
}

/** systemd takes no program with a quote or a backslash in its path, or with a `$` that is doubled: a shell stands before that one. */
function execWords(job: Job): readonly string[] {
  const words = commandWords(job);
  return /["'\\$]/.test(words[0]!) ? ["/bin/sh", "-c", 'exec "$0" "$@"', ...words] : words;
}

/** systemd.timer(5). Persistent: a time that passed while the machine was off is made up for. */
export function timerText(job: Job): string {
  return `${head}[Unit]
Description=OpenClaw backup (${job.name}), ${calendarText(job.when)}

[Timer]
OnCalendar=${onCalendar(job.when)}
Persistent=true
RandomizedDelaySec=${job.randomDelaySeconds}

[Install]
WantedBy=timers.target
`;
}

/** systemd.time(7): local time. */
export function onCalendar({ weekdays, hours, minutes }: Calendar): string {
  const days = weekdays.length === 7 ? "" : `${weekdays.map((day) => weekdayNames[day]).join(",")} `;
  const hour = hours.length === 24 ? "*" : hours.map(twoDigits).join(",");
  const minute = minutes.length === 60 ? "*" : minutes.map(twoDigits).join(",");
  return `${days}*-*-* ${hour}:${minute}:00`;
}

const named: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\t": "\\t",
  "%": "%%",
};

/** One word of a setting: systemd.syntax(7), "Quoting", and specifiers of systemd.unit(5). */
export function systemdWord(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is escaped
  const escaped = text.replaceAll(/[\\"%\u0000-\u001f\u007f]/g, (char) => named[char] ?? hexEscape(char));
  return `"${escaped}"`;
}

/** One word of a command line, in which systemd.service(5) puts variables where `$` stands. */
function execWord(text: string): string {
  return systemdWord(text).replaceAll("$", "$$$$");
}

function hexEscape(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
