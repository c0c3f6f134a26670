import { expect, it } from "vitest";
import { describedWorkspaces, textFact } from "../../src/backup/archive-metadata.ts";

it("passes over what is no workspace in the metadata of an archive, whoever wrote it", () => {
  const workspace = { rootId: "workspace.main", agents: ["main", "scout"], path: "/home/alice/ws" };
  const strange = [null, "main", 1, [], {}, { rootId: 1, agents: [] }, { rootId: "a", agents: "main" }];
  expect(describedWorkspaces({ workspaces: [...strange, workspace] })).toEqual([workspace]);
});

it.each([undefined, {}, { workspaces: null }, { workspaces: {} }])(
  "knows no workspaces from %j",
  (metadata) => {
    expect(describedWorkspaces(metadata)).toEqual([]);
  },
);

it("takes a fact only where it is a text", () => {
  expect(textFact({ home: "/home/alice" }, "home")).toBe("/home/alice");
  for (const home of [null, 1, {}, []]) expect(textFact({ home }, "home")).toBeNull();
  expect(textFact(undefined, "home")).toBeNull();
});
