import { expect, it } from "vitest";
import { worldToKill } from "../support/kills.ts";
import { configureRuns, killRuns } from "../support/run-kills.ts";

const times = 100;

it("100 killed runs leave whole archives, one series without forks, and no store locked", async () => {
  const world = await worldToKill();
  await configureRuns(world);
  const tally = await killRuns(world, times);
  console.log(`runs: ${tally.killed} killed, ${tally.finished} finished`);
  expect(tally.wrong).toEqual([]);
});
