import { describe, expect, it } from "vitest";
import { mapPath, targetPlaces } from "../../src/openclaw/target.ts";

describe("where things lie on the new machine", () => {
  it("an installation lives in the state dir of its profile", () => {
    expect(targetPlaces({ home: "/home/b", profile: null }).stateDir).toBe("/home/b/.openclaw");
    expect(targetPlaces({ home: "/home/b", profile: "Work" })).toEqual({
      stateDir: "/home/b/.openclaw-Work",
      configFile: "/home/b/.openclaw-Work/openclaw.json",
      credentialsDir: "/home/b/.openclaw-Work/credentials",
      defaultWorkspace: "/home/b/.openclaw-Work/workspace",
      userConfigDir: "/home/b/.config/openclaw",
    });
  });

  const moves = [
    { from: "/home/al", to: "/Users/al" },
    { from: "/home/al/.openclaw", to: "/srv/oc" },
    { from: "/", to: "/old" },
  ];
  it.each([
    ["/home/al", "/Users/al"],
    ["/home/al/x/y", "/Users/al/x/y"],
    ["/home/al/.openclaw", "/srv/oc"],
    ["/home/al/.openclaw/agents/a", "/srv/oc/agents/a"],
    ["/home/al/.openclaw-work", "/Users/al/.openclaw-work"],
    ["/home/alice", "/old/home/alice"],
    ["/etc", "/old/etc"],
  ])("the longest whole folder wins: %s → %s", (from, to) => {
    expect(mapPath(from, moves)).toBe(to);
  });

  it("a path that no move is above has no place", () => {
    expect(mapPath("/home/alice/x", moves.slice(0, 2))).toBeNull();
  });
});
