import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListedEntry } from "../../src/backup/reports.ts";
import type { ShowReport } from "../../src/backup/show.ts";
import { keygen, ocbak, type Caller, type Report } from "../e2e/support/ocbak.ts";
import { makeConfigPath } from "../e2e/support/installations/config-path.ts";
import { makeDefault } from "../e2e/support/installations/default.ts";
import { makeElsewhere } from "../e2e/support/installations/elsewhere.ts";
import { crash, type Made } from "../e2e/support/installations/made.ts";
import { makeProfile } from "../e2e/support/installations/profile.ts";
import { makeRemote } from "../e2e/support/installations/remote.ts";
import { printTimings, timed } from "../e2e/support/timing.ts";
import { openWorld, type World } from "../e2e/support/world.ts";
import { archiveFacts, deviations, listingOf, shownDeviations, type Facts } from "../support/listing.ts";

interface Case {
  readonly name: string;
  readonly make: (world: World) => Promise<Made>;
  readonly warnings: readonly RegExp[];
}

let fallen: Made;
const cases: readonly Case[] = [
  { name: "by default, with three agents and all that comes over time", make: makeDefault, warnings: [] },
  { name: "of a profile", make: makeProfile, warnings: [] },
  {
    name: "elsewhere in all its parts, with includes and variables",
    make: makeElsewhere,
    warnings: [/the config file is .*outside the state dir/],
  },
  {
    name: "that is a client of a remote gateway",
    make: makeRemote,
    warnings: [/NOT in a backup of this machine/],
  },
  {
    name: "with OPENCLAW_CONFIG_PATH alone",
    make: makeConfigPath,
    warnings: [/the config file is .*outside the state dir/],
  },
  {
    name: "whose gateway was killed",
    async make() {
      await crash(fallen);
      return fallen;
    },
    warnings: [],
  },
];

const stack = new AsyncDisposableStack();
let world: World;
let recipient: string;
let identity: string;

beforeAll(async () => {
  world = stack.use(await openWorld());
  identity = join(world.archives, "identity.txt");
  recipient = await keygen(world.ocbak, world.before, identity);
});

afterAll(async () => {
  await stack.disposeAsync();
  printTimings();
});

describe.each(cases)("a real installation $name", ({ name, make, warnings }) => {
  let made: Made;
  let before: Facts;
  let created: Report;

  it("is captured with every file that an independent walk of its places finds, and nothing else", async () => {
    made = await make(world);
    fallen ??= made;
    before = listingOf(made.places);
    const shown = (await call("show")).json as unknown as ShowReport;
    created = await timed(`${name}: ocbak create`, () => call("create", "-r", recipient, "-o", archive()));
    expect([created.status, created.json["complete"], created.json["verified"]]).toEqual([0, true, "full"]);
    const listed = await call("ls", archive(), "-i", identity);
    const entries = listed.json["entries"] as ListedEntry[];
    expect(entries.length).toBeGreaterThan(5);
    expect(deviations(before, archiveFacts(entries, shown.roots))).toEqual([]);
    expect(shownDeviations(entries, shown.roots)).toEqual([]);
  });

  it("is told with its warnings, and no others", async () => {
    const told = created.json["warnings"] as string[];
    expect(told).toEqual(warnings.map((pattern) => expect.stringMatching(pattern) as string));
    expect((await call("show")).json["warnings"]).toEqual(told);
  });

  it("is as it was", () => {
    expect(deviations(before, listingOf(made.places))).toEqual([]);
  });

  const archive = () => join(world.archives, `${name}.ocbak`);
  const call = (command: string, ...args: string[]) => {
    const { installation } = made;
    const caller: Caller = {
      user: installation.user,
      home: installation.home,
      ...(installation.env && { env: installation.env }),
    };
    const flags =
      installation.profile === undefined || command === "ls" ? [] : ["--profile", installation.profile];
    return ocbak(world.ocbak, caller, command, ...flags, ...args);
  };
});
