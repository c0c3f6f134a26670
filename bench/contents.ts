import type { Kind } from "./mixes.ts";
import type { Source } from "./text.ts";

/** Fills `into`, all of it, with what a file of a kind consists of. */
type Fill = (into: Buffer, source: Source) => void;

/** What stands in the files of each kind but databases, which SQLite writes (database.ts). */
export const contents: Readonly<Record<Exclude<Kind, "database">, Fill>> = {
  transcript: (into, source) => lines(into, source, event),
  log: (into, source) => lines(into, source, logged),
  source: (into, source) => lines(into, source, statement),
  note: (into, source) => source.prose(into, "\n"),
  photo: (into, source) => source.noise(into),
  browser: (into, source) => source.noise(into),
  object: (into, source) => source.noise(into),
};

/** What stands around the prose of a line. */
interface Line {
  readonly before: string;
  readonly proseBytes: number;
  readonly after: string;
}

/** The last line is cut where the file ends, as that of a file which is being written may be. */
function lines(into: Buffer, source: Source, line: (n: number, source: Source) => Line): void {
  for (let at = 0, n = 0; at < into.length; n++) {
    const { before, proseBytes, after } = line(n, source);
    at += into.write(before, at, "latin1");
    const prose = into.subarray(at, at + proseBytes);
    source.prose(prose, "\\n");
    at += prose.length;
    at += into.write(after, at, "latin1");
  }
}

/** One of a session, as OpenClaw writes it. */
function event(n: number, source: Source): Line {
  const at = new Date(1_795_000_000_000 + n * 7919).toISOString();
  const head = `{"type":"message","id":"${source.hex(8)}","parentId":"${source.hex(8)}","timestamp":"${at}","message":`;
  const proseBytes = 200 + source.integer(1500);
  if (n % 2 === 0)
    return {
      before: `${head}{"role":"user","content":[{"type":"text","text":"`,
      proseBytes,
      after: '"}]}}\n',
    };
  const usage = `{"input":${source.integer(9000)},"output":${source.integer(900)},"cacheRead":${source.integer(90_000)},"cacheWrite":0}`;
  return {
    before: `${head}{"role":"assistant","content":[{"type":"text","text":"`,
    proseBytes,
    after: `"}],"api":"messages","provider":"anthropic","usage":${usage},"stopReason":"stop"}}\n`,
  };
}

function logged(n: number, source: Source): Line {
  const at = new Date(1_795_000_000_000 + n * 211).toISOString();
  return {
    before: `{"time":"${at}","level":"info","subsystem":"gateway/ws","message":"`,
    proseBytes: 70 + source.integer(90),
    after: `","durationMs":${source.integer(500)}}\n`,
  };
}

function statement(n: number, source: Source): Line {
  if (n % 9 === 0) return { before: "  // ", proseBytes: 80 + source.integer(60), after: "\n" };
  return { before: "  const value = take(", proseBytes: 50 + source.integer(90), after: ");\n" };
}
