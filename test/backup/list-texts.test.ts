import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { listArchive, listTexts } from "../../src/backup/list.ts";
import type { ListedEntry } from "../../src/backup/reports.ts";
import { createBackup } from "../../src/backup/create.ts";
import { Secret } from "../../src/format/secret.ts";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

const textOf = ({ path, section }: ListedEntry): string => `${section} ${path}\n`;

it("a list is the same, whether its text is held until it is proved or made from a second reading", async () => {
  const world = await makeWorld();
  const notes = Array.from({ length: 3000 }, (_, n) => [`.openclaw/workspace/notes/${n}.md`, `note ${n}\n`]);
  plant(world.home, { ".openclaw/openclaw.json": "{}\n", ...Object.fromEntries(notes) });
  const archive = join(world.archives, "a.ocbak");
  await createBackup({ output: archive, sealing: { recipients: [world.recipient] } }, world.context());
  const keys = { identities: [new Secret(readFileSync(world.identityFile, "utf8").trim())] };
  for (const path of [undefined, "workspace.main/notes"]) {
    const options = { keys, ...(path !== undefined && { path }) };
    const entries: string[] = [];
    for await (const entry of listArchive(archive, options, world.context())) entries.push(textOf(entry));
    expect(entries.length).toBeGreaterThan(3000);
    for (const heldMax of [undefined, 0, 100_000]) {
      const pieces: string[] = [];
      const choice = { textOf, ...(heldMax !== undefined && { heldMax }) };
      for await (const piece of listTexts(archive, options, choice, world.context())) pieces.push(piece);
      expect(pieces.join("")).toBe(entries.join(""));
    }
  }
});
