import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathMapper } from "../../src/openclaw/rewrite/path-mapper.ts";

const home = [{ from: "/home/al", to: "/home/bo" }];
const roots = [
  ...home,
  { from: "/home/al/.openclaw", to: "/home/bo/.openclaw-work" },
  { from: "/home/al/kept", to: "/home/al/kept" },
  { from: "/srv/my data/ü", to: "/data" },
];
const toLinux = [{ from: String.raw`C:\Users\Al`, to: "/home/al" }];
const toWindows = [{ from: "/home/al", to: String.raw`C:\Users\Al` }];
const toTop = [{ from: "/home/al", to: "/" }];
const odd = [{ from: `/home/a"l\\`, to: "/home/bo" }];
const fromMac = [{ from: "/Users/al", to: "/home/al" }];

describe("a path below an old place", () => {
  it.each([
    ["the place itself", "/home/al", "/home/bo", home],
    ["with a slash behind it", "/home/al/", "/home/bo/", home],
    ["what lies in it", "/home/al/a b/ü.md", "/home/bo/a b/ü.md", home],
    ["a template", "/home/al/agents/{agentId}.sqlite", "/home/bo/agents/{agentId}.sqlite", home],
    ["the longest place", "/home/al/.openclaw/x", "/home/bo/.openclaw-work/x", roots],
    ["a place with space and umlaut", "/srv/my data/ü/x", "/data/x", roots],
    ["a file: URL", "file:///home/al/a%20b#top", "file:///home/bo/a%20b#top", home],
    ["a file: URL of a place with a space", "file:///srv/my%20data/%C3%BC/x", "file:///data/x", roots],
    ["dots that stay inside", "/home/al/a/../b", "/home/bo/a/../b", home],
    ["macOS to Linux", "/Users/al/.openclaw", "/home/al/.openclaw", fromMac],
    ["Windows to Linux", String.raw`C:\Users\Al\.openclaw\x`, "/home/al/.openclaw/x", toLinux],
    ["Windows with slashes", "C:/Users/Al/.openclaw/x", "/home/al/.openclaw/x", toLinux],
    ["Windows in another case", String.raw`c:\users\al\x`, "/home/al/x", toLinux],
    ["a Windows file: URL", "file:///C:/Users/Al/x", "file:///home/al/x", toLinux],
    ["Linux to Windows", "/home/al/.openclaw/x", String.raw`C:\Users\Al\.openclaw\x`, toWindows],
    ["to a home that is the top", "/home/al/x", "/x", toTop],
    ["to the top itself", "/home/al", "/", toTop],
    ["a file: URL to the top", "file:///home/al/x", "file:///x", toTop],
    ["where places end in slashes", "/home/al/x", "/home/bo/x", [{ from: "/home/al//", to: "/home/bo/" }]],
    ["only once in a chain", "/home/al/x", "/home/bo/x", [...home, { from: "/home/bo", to: "/srv" }]],
    ["a name with a backslash", "/a\\/x", "/b\\/x", [{ from: "/a\\", to: "/b\\" }]],
  ])("goes along: %s", (_what, old, now, moves) => {
    expect(pathMapper(moves).moved(old)).toBe(now);
  });

  it.each([
    ["a name that begins the same", "/home/alice/x", home],
    ["a place inside that stays", "/home/al/kept/x", roots],
    ["a relative one", "home/al/x", home],
    ["one of the home by ~", "~/x", home],
    ["one in the middle of a text", "--root=/home/al", home],
    ["one that leads out again", "/home/al/../other", home],
    ["a URL of another scheme", "https:///home/al/x", home],
    ["another case, not on Windows", "/HOME/al/x", home],
    ["everything, where the home was the top", "/usr/bin/node", [{ from: "/", to: "/home/al" }]],
    ["another drive", String.raw`D:\Users\Al\x`, toLinux],
  ])("stays: %s", (_what, old, moves) => {
    expect(pathMapper(moves).moved(old)).toBe(old);
  });

  it("comes back the same way", () => {
    const back = home.map(({ from, to }) => ({ from: to, to: from }));
    fc.assert(
      fc.property(fc.string(), (rest) => {
        const old = `/home/al/${rest}`;
        expect(pathMapper(back).moved(pathMapper(home).moved(old))).toBe(old);
      }),
    );
  });
});

describe("an old place in a longer text", () => {
  it.each([
    ["an argument", "--root=/home/al/x", home, "/home/al/x"],
    ["running text", "see /home/al, please", home, "/home/al"],
    ["a list", "/usr/bin:/home/al/bin", home, "/home/al/bin"],
    ["JSON on Windows", String.raw`{"a":"C:\\Users\\Al\\x"}`, toLinux, String.raw`C:\Users\Al\x`],
    ["a file: URL", "(file:///home/al/x)", home, "/home/al/x"],
    ["quotes and a backslash", `see /home/a"l\\/x`, odd, `/home/a"l\\/x`],
    ["them in JSON", JSON.stringify(`/home/a"l\\/x`), odd, `/home/a"l\\/x`],
    ["what was to go to the top", "see /home/al/x", toTop, "/home/al/x"],
    [
      "what may be from another place by now",
      "see /home/bo/x",
      [...home, { from: "/home/bo", to: "/srv" }],
      undefined,
    ],
    ["a name that begins the same", "see /home/alice", home, undefined],
    ["a part of a longer path", "/mnt/home/al/x", home, undefined],
    ["a place that stays", "see /home/al/kept/x", roots, undefined],
    [
      "the new place inside the old one",
      "/home/al/new/x",
      [{ from: "/home/al", to: "/home/al/new" }],
      undefined,
    ],
  ])("is found or not: %s", (_what, text, moves, found) => {
    expect(pathMapper(moves).find(text)).toBe(found);
  });
});

describe("what is left after a move", () => {
  const inside = [{ from: "/home/al", to: "/home/al/new home" }];

  it.each([
    ["an old place", "/home/al/x", home, true],
    ["a file: URL of it", "file:///home/al/x", home, true],
    ["the new place", "/home/bo/x", home, false],
    ["a place that stays", "/home/al/kept/x", roots, false],
    ["beside a new place inside it", "/home/al/x", inside, true],
    ["the new place inside it", "/home/al/new home/x", inside, false],
    ["a file: URL of that", "file:///home/al/new%20home/x", inside, false],
  ])("is old or not: %s", (_what, path, moves, expected) => {
    expect(pathMapper(moves).isOld(path)).toBe(expected);
  });
});
