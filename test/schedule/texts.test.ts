import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDaily, parseEvery, parseWeekly } from "../../src/schedule/calendar.ts";
import { commandIn, cronBlock, cronCommand, hasBlock, withBlock } from "../../src/schedule/cron-text.ts";
import { Job } from "../../src/schedule/job.ts";
import { plistText } from "../../src/schedule/launchd-text.ts";
import { lineDiff } from "../../src/schedule/line-diff.ts";
import { serviceText, systemdWord, timerText } from "../../src/schedule/systemd-text.ts";
import { freshDir } from "../support/tree.ts";
import { hasTools } from "../support/tools.ts";

const systemdAnalyze = hasTools("units", ["systemd-analyze", "--version"]);
const python = hasTools("plists", ["python3", "--version"]);

/** What shells, systemd, XML and cron each have a meaning for. */
const odd = [
  "a b",
  "100%",
  "%n%%",
  "$HOME",
  "${X}",
  "q\"'`q",
  "back\\slash\\",
  "grün 🦞",
  "<&>",
  "#;|*~",
  "-dash",
  "{}",
];

function jobOf(change: Partial<Job> = {}): Job {
  return Job.parse({
    about: "Made by `ocbak schedule install`",
    format: 1,
    name: "ocbak-work",
    backend: "cron",
    when: parseDaily("03:00"),
    randomDelaySeconds: 900,
    command: { node: "/usr/bin/node", script: "/usr/bin/ocbak", arguments: ["run", "--quiet"] },
    environment: { PATH: "/usr/bin" },
    jobFile: "/home/a/.config/ocbak/schedule/ocbak-work.json",
    stateFile: "/home/a/.local/state/ocbak/schedule/ocbak-work.json",
    logFile: "/home/a/.local/state/ocbak/schedule/ocbak-work.log",
    ...change,
  });
}

describe("systemd units", () => {
  it.each([
    ["plain", '"plain"'],
    ["a b", '"a b"'],
    ["100%", '"100%%"'],
    ['say "hi"', String.raw`"say \"hi\""`],
    ["back\\slash", String.raw`"back\\slash"`],
    ["line\nfeed", String.raw`"line\nfeed"`],
    ["\u001b[31m", String.raw`"\x1b[31m"`],
    ["$HOME", '"$HOME"'],
    ["grün", '"grün"'],
  ])("quote %j as %s", (text, expected) => {
    expect(systemdWord(text)).toBe(expected);
  });

  it("double each $ of a command line, and put a shell before a program whose path systemd would not take", () => {
    const job = jobOf({ command: { node: "/opt/$5/node", script: "/a$b", arguments: [] } });
    expect(serviceText(job)).toContain(
      'ExecStart="/bin/sh" "-c" "exec \\"$$0\\" \\"$$@\\"" "/opt/$$5/node" "/a$$b"\n',
    );
  });

  it.runIf(systemdAnalyze).each([
    ["no de 50% $X grün", parseDaily("03:00")],
    ["no\"de ' back\\slash", parseWeekly("Mon,Sun 4:15")],
    ["{node};#&", parseEvery("6h")],
  ])("are all right to systemd, with a program in %j", (name, when) => {
    const dir = freshDir();
    const node = join(dir, name, "node");
    mkdirSync(join(dir, name));
    writeFileSync(node, "", { mode: 0o755 });
    const environment = { PATH: odd.join(":"), HOME: "/home/a b" };
    const job = jobOf({ command: { node, script: "/tmp/ocbak", arguments: odd }, environment, when });
    writeFileSync(join(dir, "ocbak-work.service"), serviceText(job));
    writeFileSync(join(dir, "ocbak-work.timer"), timerText(job));
    const units = ["ocbak-work.service", "ocbak-work.timer"].map((unit) => join(dir, unit));
    expect(verify(units)).toEqual({ status: 0, said: "" });
  });

  it.runIf(systemdAnalyze)("are looked at closely: systemd refuses what is wrong with them", () => {
    const dir = freshDir();
    const path = join(dir, "ocbak-work.service");
    writeFileSync(
      path,
      serviceText(jobOf({ command: { node: "/nowhere/node", script: "/x", arguments: [] } })),
    );
    expect(verify([path]).status).not.toBe(0);
  });
});

describe("a launchd plist", () => {
  it.runIf(python)("says what it is to say, read by a parser of its own", () => {
    const job = jobOf({
      when: parseWeekly("Mon,Thu 04:30"),
      command: { node: "/opt/a & b/node", script: "/opt/<ocbak>", arguments: [] },
      environment: { PATH: odd.join(":") },
      jobFile: "/Users/a/grün 🦞.json",
    });
    expect(parsed(plistText(job))).toEqual({
      Label: "ocbak-work",
      ProgramArguments: ["/opt/a & b/node", "/opt/<ocbak>", "schedule", "tick", "/Users/a/grün 🦞.json"],
      EnvironmentVariables: { PATH: odd.join(":") },
      StartCalendarInterval: [
        { Weekday: 1, Hour: 4, Minute: 30 },
        { Weekday: 4, Hour: 4, Minute: 30 },
      ],
      RunAtLoad: true,
      ProcessType: "Background",
      LowPriorityIO: true,
      Nice: 10,
      StandardErrorPath: `${job.logFile}.launchd`,
    });
  });

  it.runIf(python)("has a dictionary for each time, without what may be any", () => {
    expect(parsed(plistText(jobOf({ when: parseEvery("15m") })))).toMatchObject({
      StartCalendarInterval: [0, 15, 30, 45].map((Minute) => ({ Minute })),
    });
  });
});

describe("the lines of a crontab", () => {
  it("hand odd words to a shell as they are", () => {
    const block = cronBlock(
      jobOf({ command: { node: "/bin/echo", script: `/${odd.join("/")}`, arguments: [] } }),
    );
    const command = commandIn(block, "ocbak-work")!;
    // cron ends a command at a percent sign without a backslash.
    expect(block).not.toMatch(/(?<!\\)%/);
    const job = "/home/a/.config/ocbak/schedule/ocbak-work.json";
    expect(execFileSync("/bin/sh", ["-c", command], { encoding: "utf8" })).toBe(
      `/${odd.join("/")} schedule tick ${job}\n`,
    );
    expect(
      execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${cronCommand(odd).replaceAll("\\%", "%")}`], {
        encoding: "utf8",
      }),
    ).toBe(odd.map((word) => `${word}\0`).join(""));
  });

  it.each([
    ["no crontab", null, ""],
    ["an empty one", "", ""],
    ["one of the user's", "MAILTO=me\n0 1 * * * true\n", "MAILTO=me\n0 1 * * * true\n"],
    ["one that ends without a line end", "0 1 * * * true", "0 1 * * * true\n"],
  ])("stand behind %s, and go without a trace", (_what, before, kept) => {
    const block = cronBlock(jobOf());
    const after = withBlock(before, "ocbak-work", block);
    expect(after).toBe(kept + block);
    expect(withBlock(after, "ocbak-work", block)).toBe(after);
    expect(withBlock(after, "ocbak-work", null)).toBe(kept === "" ? null : kept);
  });

  it("change in their place, beside those of other profiles", () => {
    const [other, old, fresh] = [
      cronBlock(jobOf({ name: "ocbak" })),
      cronBlock(jobOf()),
      cronBlock(jobOf({ when: parseEvery("15m") })),
    ];
    expect(fresh).toContain("\n0,15,30,45 * * * * /usr/bin/node");
    expect(withBlock(`${old}# mine\n${other}`, "ocbak-work", fresh)).toBe(`${fresh}# mine\n${other}`);
    expect(hasBlock(other, "ocbak-work")).toBe(false);
  });

  it.each([
    ["their end", (block: string) => block.replace("# END ocbak-work\n", "")],
    ["their beginning", (block: string) => block.replace(/^# BEGIN.*\n/, "")],
    ["their order", (block: string) => `# END ocbak-work\n${block.replace("# END ocbak-work\n", "")}`],
    ["their number", (block: string) => block + block],
  ])("that have lost %s are left to the user", (_what, broken) => {
    expect(() => withBlock(broken(cronBlock(jobOf())), "ocbak-work", null)).toThrow(
      expect.objectContaining({ code: "foreign-file" }),
    );
  });
});

describe("a diff", () => {
  it.each([
    ["of nothing", null, null, []],
    ["of a new text", null, "a\nb\n", ["+a", "+b"]],
    ["of one that goes", "a\n", null, ["-a"]],
    ["of equal ones", "a\nb\n", "a\nb\n", []],
    ["of a line in the middle", "a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n", [" b", "-c", "+X", " d"]],
    ["of lines at both ends", "a\nb\nc\nd\n", "0\na\nb\nc\nd\n1\n", ["+0", " a", " d", "+1"]],
  ])("%s names the lines that change and their neighbours", (_what, before, after, expected) => {
    expect(lineDiff(before, after)).toEqual(expected);
  });
});

function verify(units: readonly string[]) {
  const env = { ...process.env, SYSTEMD_LOG_LEVEL: "warning", XDG_RUNTIME_DIR: freshDir() };
  const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...units], {
    encoding: "utf8",
    env,
  });
  const said = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("ocbak"));
  return { status, said: said.join("\n") };
}

function parsed(plist: string): unknown {
  const program = "import sys, json, plistlib; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
  return JSON.parse(execFileSync("python3", ["-c", program], { input: plist, encoding: "utf8" }));
}
