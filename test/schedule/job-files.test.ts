import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lastingName } from "../../src/schedule/job-files.ts";
import { freshDir, plant } from "../support/tree.ts";

it("a node of a package manager goes by the name that its next update keeps, any other by its own", () => {
  const dir = plant(freshDir(), {
    "Cellar/node/24.16.0/bin/node": "new",
    "Cellar/node/24.15.0/bin/node": "old",
    bin: { dir: true },
  });
  symlinkSync(join(dir, "Cellar/node/24.16.0/bin/node"), join(dir, "bin/node"));
  const places = [join(dir, "sbin"), join(dir, "bin")];
  expect(lastingName(join(dir, "Cellar/node/24.16.0/bin/node"), places)).toBe(join(dir, "bin/node"));
  const old = join(dir, "Cellar/node/24.15.0/bin/node");
  expect(lastingName(old, places)).toBe(old);
  expect(lastingName("/nowhere/node", places)).toBe("/nowhere/node");
});
