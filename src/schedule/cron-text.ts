import { calendarText } from "./calendar.ts";
import { ScheduleError } from "./errors.ts";
import { type Job, tickWords } from "./job.ts";
import { shellWord } from "./shell-word.ts";
import { ownMark } from "./text-place.ts";

/** The lines of a job in a crontab. cron looks each hour and at boot, and the job runs if it is due: cron itself makes up for nothing. */
export function cronBlock(job: Job): string {
  const command = cronCommand(tickWords(job));
  const minute = job.when.minutes.length === 60 ? "*" : job.when.minutes.join(",");
  return `${beginOf(job.name)}: ${calendarText(job.when)}. ${ownMark}; \`ocbak schedule remove\` takes it away.
# Looked at every hour and at boot, run when it is due: so a time is made up for that the machine slept through.
${minute} * * * * ${command}
@reboot ${command}
${endOf(job.name)}
`;
}

/** A command line for cron, which takes `%` for a line end, and for its shell. */
export function cronCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ").replaceAll("%", "\\%");
}

/** The crontab with the block of a job: in its place, or at the end. Null where nothing is left. */
export function withBlock(crontab: string | null, name: string, block: string | null): string | null {
  const text = crontab ?? "";
  const place = placeOf(text, name);
  if (place === null) {
    const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    return before + (block ?? "") || null;
  }
  return text.slice(0, place.start) + (block ?? "") + text.slice(place.end) || null;
}

/** The command of a job's block, as cron hands it to the shell; null where there is none. */
export function commandIn(crontab: string, name: string): string | null {
  const place = placeOf(crontab, name);
  if (place === null) return null;
  const line = crontab
    .slice(place.start, place.end)
    .split("\n")
    .find((one) => one.startsWith("@reboot "));
  return line?.slice("@reboot ".length).replaceAll("\\%", "%") ?? null;
}

export function hasBlock(crontab: string | null, name: string): boolean {
  return crontab !== null && placeOf(crontab, name) !== null;
}

function placeOf(crontab: string, name: string): { readonly start: number; readonly end: number } | null {
  const begins = linesOf(crontab).filter(({ text }) => text.startsWith(`${beginOf(name)}:`));
  const ends = linesOf(crontab).filter(({ text }) => text === endOf(name));
  const [begin] = begins;
  const [end] = ends;
  if (begin === undefined && end === undefined) return null;
  if (begins.length !== 1 || ends.length !== 1 || begin!.start > end!.start) {
    throw new ScheduleError(
      "foreign-file",
      `the lines of ${name} in the crontab have lost their beginning or end`,
      {
        hint: `take the lines from "${beginOf(name)}" to "${endOf(name)}" out with \`crontab -e\``,
      },
    );
  }
  return { start: begin!.start, end: end!.end };
}

function linesOf(text: string): { readonly text: string; readonly start: number; readonly end: number }[] {
  let start = 0;
  return text.split("\n").map((line) => {
    const found = { text: line, start, end: Math.min(start + line.length + 1, text.length) };
    start = found.end;
    return found;
  });
}

function beginOf(name: string): string {
  return `# BEGIN ${name}`;
}

function endOf(name: string): string {
  return `# END ${name}`;
}
