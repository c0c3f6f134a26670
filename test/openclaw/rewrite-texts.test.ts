import * as fc from "fast-check";
import JSON5 from "json5";
import { describe, expect, it } from "vitest";
import { rewriteEnv } from "../../src/openclaw/rewrite/env-text.ts";
import { pathMapper } from "../../src/openclaw/rewrite/path-mapper.ts";
import { rewriteStrings } from "../../src/openclaw/rewrite/rewrite-strings.ts";

const mapper = pathMapper([
  { from: "/home/al", to: "/home/bo's" },
  { from: 'C:\\Users\\"Al', to: "/home/al2" },
]);
const back = pathMapper([{ from: "/home/bo's", to: "/home/al" }]);
const rewritten = (text: string) => rewriteStrings(text, mapper.map);

describe("a config in JSON5", () => {
  it("keeps everything but the values that are old paths", () => {
    const text = `\uFEFF// see /home/al and "/home/al/in a comment"
{
  /* '/home/al/x' */ workspace: '/home/al/ws', // it's mine
  "/home/al/key": "/home/al", '/home/al/key2' /* : */ : 'no',
  list: ['/home/al/a', "/home/alice/b", ' /home/al', \`\`, 0xFF, +.5, Infinity,],
  env: "\${HOME}/x", tail: '/home/al/caf\\u00e9\\
\\x41/\${VAR}',
}
`.replace("``, ", "");
    expect(rewritten(text)).toBe(
      text
        .replace("'/home/al/ws'", String.raw`'/home/bo\'s/ws'`)
        .replace(': "/home/al",', `: "/home/bo's",`)
        .replace("'/home/al/a'", String.raw`'/home/bo\'s/a'`)
        .replace("'/home/al/caf", String.raw`'/home/bo\'s/caf`),
    );
  });

  it("finds a path however its characters are written, and gives the target's separator", () => {
    expect(rewritten(String.raw`["\/home\x2fal\u002Fx", 'C:\\users\\"al\\x\\y']`)).toBe(
      String.raw`["/home/bo's\u002Fx", '/home/al2/x/y']`,
    );
  });

  it("is not understood where a string is not ended", () => {
    expect(rewritten(`{ a: "/home/al }`)).toBeUndefined();
  });
});

const path = fc
  .tuple(fc.constantFrom("/home/al", "/home/alice", "~", ""), fc.string())
  .map(([a, b]) => `${a}/${b}`);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    path,
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("any")),
    fc.dictionary(fc.oneof(fc.string(), path), tie("any")),
  ),
})).any;
const text = fc
  .tuple(value, fc.constantFrom(undefined, 2, "\t"), fc.boolean())
  .map(([content, space, strict]) =>
    strict ? JSON.stringify(content, null, space) : JSON5.stringify(content, null, space),
  );

function mapped(content: unknown): unknown {
  if (typeof content === "string") return mapper.moved(content);
  if (Array.isArray(content)) return content.map(mapped);
  if (typeof content !== "object" || content === null) return content;
  return Object.fromEntries(Object.entries(content).map(([key, item]) => [key, mapped(item)]));
}

describe("any JSON5", () => {
  it("is the same, byte for byte, where nothing moves", () => {
    fc.assert(
      fc.property(text, (given) => {
        const same = pathMapper([{ from: "/home/al", to: "/home/al" }]);
        expect(rewriteStrings(given, same.map)).toBe(given);
        expect(rewriteStrings(given, (all) => ({ head: "", tail: all }))).toBe(given);
      }),
    );
  });

  it("means the same with every value mapped, and comes back to the same bytes", () => {
    fc.assert(
      fc.property(text, (given) => {
        const there = rewritten(given);
        expect(JSON5.parse(there!)).toEqual(mapped(JSON5.parse(given)));
        const again = rewriteStrings(there!, back.map);
        expect(JSON5.parse(again!)).toEqual(JSON5.parse(given));
        expect(rewritten(there!)).toBe(there);
      }),
    );
  });
});

describe("a file of variables", () => {
  it.each([
    ["bare", "A=/home/al/x\n", "A=/home/bo/x\n"],
    ["exported, with a comment", "export A = /home/al # mine\nB=1", "export A = /home/bo # mine\nB=1"],
    ["in quotes", `A="/home/al/x y"\r\nB='/home/al'`, `A="/home/bo/x y"\r\nB='/home/bo'`],
    ["a list of paths", "PATH=/home/al/bin:/usr/bin:/home/al", "PATH=/home/bo/bin:/usr/bin:/home/bo"],
    ["a list of more than paths", "PATH=/home/al/bin:bin:./x", "PATH=/home/al/bin:bin:./x"],
    ["a name with a colon", "A=/home/al/agent:main", "A=/home/bo/agent:main"],
    ["a URL", "A=file:///home/al/x", "A=file:///home/bo/x"],
    ["a comment", "# A=/home/al", "# A=/home/al"],
    ["with a variable in it", "A=/home/al/$B", "A=/home/al/$B"],
    ["another home", "A=/home/alice", "A=/home/alice"],
  ])("is changed only in values that are paths: %s", (_what, given, expected) => {
    const plain = pathMapper([{ from: "/home/al", to: "/home/bo" }]);
    expect(rewriteEnv(given, plain, () => {})).toBe(expected);
  });

  it("is not changed where a value would need other quotes", () => {
    const spaced = pathMapper([{ from: "/home/al", to: "/home/b o" }]);
    expect(rewriteEnv("A=/home/al/x\nB='/home/al'", spaced, () => {})).toBe("A=/home/al/x\nB='/home/b o'");
  });
});
