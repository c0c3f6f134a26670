import { expect, it } from "vitest";
import { killCreates, killRestores, worldToKill } from "../support/kills.ts";

const times = 200;

it("200 killed creates leave no file under a finished name that is not a whole archive", async () => {
  const tally = await killCreates(await worldToKill(), times);
  console.log(`creates: ${tally.killed} killed, ${tally.finished} finished`);
  expect(tally.wrong).toEqual([]);
});

it("200 killed restores leave every target as it was, or complete", async () => {
  const tally = await killRestores(await worldToKill(), times);
  console.log(`restores: ${tally.killed} killed, ${tally.finished} finished`);
  expect(tally.wrong).toEqual([]);
});
