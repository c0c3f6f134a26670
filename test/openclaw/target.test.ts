import { describe, expect, it } from "vitest";
import { locate, makeTree } from "./home.ts";
import { describeInstallation } from "../../src/openclaw/metadata.ts";
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

describe("what an archive says of its installation", () => {
  it("survives JSON unchanged and names every root and agent", async () => {
    const home = await makeTree({
      ".openclaw/openclaw.json":
        "{meta: {lastTouchedVersion: '2026.9.6'}, agents: {entries: {a: {workspace: '~/w'}}}}",
      "w/": "",
    });
    const user = { name: "al", uid: 1000, gid: 1000 };
    const told = describeInstallation(locate(home), { platform: "linux", nodeVersion: "v24.21.0", user });
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
    expect(told).toMatchObject({
      openclawVersion: "2026.9.6",
      user,
      agents: [{ id: "a", agentDir: `${home}/.openclaw/agents/a/agent` }],
      workspaces: [{ rootId: "workspace.a", agents: ["a"], path: `${home}/w`, exists: true }],
      roots: [
        { id: "state", path: `${home}/.openclaw`, kind: "state" },
        { id: "workspace.a", path: `${home}/w`, kind: "workspace" },
      ],
    });
  });
});
