import { describe, expect, it } from "vitest";
import { describeInstallation, parseMetadata } from "../../src/openclaw/metadata.ts";
import { locate, makeTree } from "./home.ts";

const machine = {
  platform: "linux",
  nodeVersion: "24.21.0",
  uid: 1000,
  gid: 100,
  env: {},
  now: () => new Date("2026-03-04T05:06:07Z"),
  userName: (uid: number) => (uid === 1000 ? "al" : ""),
  groupName: () => "",
};

async function described() {
  const home = await makeTree({
    ".openclaw/openclaw.json":
      "{meta: {lastTouchedVersion: '2026.9.6'}, agents: {entries: {a: {workspace: '~/w'}}}}",
    "w/": "",
  });
  return { home, told: describeInstallation(locate(home), [], machine) };
}

describe("what an archive says of its installation", () => {
  it("survives JSON unchanged and names every root and agent", async () => {
    const { home, told } = await described();
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
    expect(told).toMatchObject({
      openclawVersion: "2026.9.6",
      user: { name: "al", uid: 1000, gid: 100 },
      agents: [{ id: "a", agentDir: `${home}/.openclaw/agents/a/agent` }],
      workspaces: [{ rootId: "workspace.a", agents: ["a"], path: `${home}/w`, exists: true }],
      roots: [
        { id: "state", path: `${home}/.openclaw`, kind: "state" },
        { id: "workspace.a", path: `${home}/w`, kind: "workspace" },
      ],
      counts: { countedAt: "2026-03-04T05:06:07.000Z", agents: 1, sessions: [{ agent: "a", count: 0 }] },
    });
  });

  it("is read back as it was written", async () => {
    const { told } = await described();
    expect(parseMetadata(JSON.parse(JSON.stringify(told)))).toEqual(told);
  });

  it("is read as far as it goes, whoever wrote it", () => {
    const home = { home: "/home/al" };
    expect(parseMetadata({ ...home, counts: { agents: "three" }, plugins: [{ id: 1 }], remote: 3 })).toEqual(
      home,
    );
    expect(parseMetadata({ ...home, agents: [{ id: "a", agentDir: "/a", mood: "new" }], more: {} })).toEqual({
      ...home,
      agents: [{ id: "a", agentDir: "/a" }],
    });
    for (const strange of [undefined, null, 1, "x", []]) expect(parseMetadata(strange)).toEqual({});
  });

  it("names nobody whom the user database does not know", async () => {
    const { told } = await described();
    expect(told.owner).toMatchObject({ group: null });
  });
});
