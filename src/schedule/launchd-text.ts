import { type Calendar } from "./calendar.ts";
import { type Job, tickWords } from "./job.ts";
import { ownMark } from "./text-place.ts";

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/**
 * launchd.plist(5). launchd makes up for a time that the machine slept through, and not for one that it was off: so the
 * job is looked at when the user logs in, too, and runs if it is due.
 */
export function plistText(job: Job): string {
  const dict = {
    Label: job.name,
    ProgramArguments: tickWords(job),
    EnvironmentVariables: job.environment,
    StartCalendarInterval: intervals(job.when),
    RunAtLoad: true,
    ProcessType: "Background",
    LowPriorityIO: true,
    Nice: 10,
    // What ocbak could not even begin to do; what it does stands in its own log.
    StandardErrorPath: `${job.logFile}.launchd`,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${ownMark}; \`ocbak schedule remove\` takes it away. -->
<plist version="1.0">
${render(dict)}
</plist>
`;
}

/** A dictionary for each time; what is left out is any. */
function intervals({ weekdays, hours, minutes }: Calendar): Value[] {
  const days = weekdays.length === 7 ? [{}] : weekdays.map((Weekday) => ({ Weekday }));
  const times = hours.length === 24 ? [{}] : hours.map((Hour) => ({ Hour }));
  return days.flatMap((day) =>
    times.flatMap((hour) => minutes.map((Minute) => ({ ...day, ...hour, Minute }))),
  );
}

function render(value: Value, indent = ""): string {
  if (typeof value === "string") return `${indent}<string>${xml(value)}</string>`;
  if (typeof value === "number") return `${indent}<integer>${value}</integer>`;
  if (typeof value === "boolean") return `${indent}<${value}/>`;
  const inner = `${indent}  `;
  const isArray = Array.isArray(value);
  const lines = isArray
    ? value.map((item: Value) => render(item, inner))
    : Object.entries(value).flatMap(([key, item]) => [`${inner}<key>${xml(key)}</key>`, render(item, inner)]);
  const tag = isArray ? "array" : "dict";
  return [`${indent}<${tag}>`, ...lines, `${indent}</${tag}>`].join("\n");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Control characters have no place in XML 1.0: no job has any. */
function xml(text: string): string {
  return text.replaceAll(/[&<>]/g, (char) => entities[char]!);
}
