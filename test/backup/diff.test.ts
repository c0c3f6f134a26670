import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { archived, create, diff, state, told, workspace } from "../support/diff.ts";
import { noise, plantInstallation, smallInstallation } from "../support/installation.ts";
import { bytesOf, plant } from "../support/tree.ts";
import { makeWorld, namesIn } from "../support/world.ts";

describe("an archive and the installation it was made of", () => {
  it("are equal, and nothing is written or left behind", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const archive = await create(world, "a.ocbak");
    const { status, err, report } = await diff(world, [archive]);
    expect([status, err, told(report), report.notCompared]).toEqual([0, "", [], []]);
    expect(report).toMatchObject({ archive, other: null, otherId: null, equal: true, compared: "all" });
    expect(report.roots.map(({ root, otherPath }) => [root, otherPath])).toEqual([
      ["state", join(world.home, ".openclaw")],
      ["workspace.bob", join(world.home, "projects/bob")],
      ["workspace.main", join(world.home, ".openclaw/workspace")],
    ]);
    expect(report.roots.reduce((sum, { same }) => sum + same, 0)).toBeGreaterThan(40);
    expect(namesIn(join(world.home, ".cache/ocbak"))).toEqual([]);
  });

  it("are equal where it was restored in another home, and to another place", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const archive = await create(world, "a.ocbak");
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
    expect(told((await diff(world, ["--home", world.newHome, archive])).report)).toEqual([]);
    const elsewhere = join(world.archives, "elsewhere");
    const places = [
      "--state-dir",
      `${elsewhere}/s`,
      "--workspace",
      `main=${elsewhere}/m`,
      "--workspace",
      `bob=${elsewhere}/b`,
    ];
    const restored = await world.ocbak(["restore", "--quiet", ...places, archive]);
    expect([restored.status, restored.err]).toEqual([0, ""]);
    const { report } = await diff(world, [...places, archive]);
    // Links that lead out of what is restored are not made without being asked for.
    expect([told(report), report.roots.map(({ otherPath }) => otherPath)]).toEqual([
      ["- workspace.bob/to-main", "- workspace.main/to-state"],
      [`${elsewhere}/s`, `${elsewhere}/b`, `${elsewhere}/m`],
    ]);
  });

  it("are compared as another profile where that is asked for", async () => {
    const world = await archived();
    await world.ocbak(["restore", "--quiet", "--profile", "work", "--workspace", "bob=w", world.archive]);
    appendFileSync(join(world.home, ".openclaw-work/openclaw.json"), "// later\n");
    const { report } = await diff(world, ["--profile", "work", "--workspace", "bob=w", world.archive]);
    expect(told(report)).toEqual(["~ state/openclaw.json (content)"]);
  });

  it("are compared in what the archive has; a workspace that came later is named", async () => {
    const world = await archived();
    plant(world.home, { "projects/carol/MEMORY.md": "x" });
    const config = join(world.home, state("openclaw.json"));
    writeFileSync(config, "{agents: {entries: {carol: {workspace: '~/projects/carol'}}}}");
    const later = {
      path: "workspace.carol",
      reason: expect.stringContaining("projects/carol is not in") as unknown,
    };
    const { report } = await diff(world, [world.archive]);
    expect([told(report), report.notCompared]).toEqual([["~ state/openclaw.json (content)"], [later]]);
    const asAnother = {
      env: { HOME: world.newHome, OPENCLAW_HOME: "/nonexistent", OCBAK_IDENTITY_FILE: world.identityFile },
    };
    expect((await diff(world, ["--home", world.home, world.archive], asAnother)).report.notCompared).toEqual([
      later,
    ]);
    expect((await diff(world, [world.archive], { keyless: true })).report.notCompared).toEqual([]);
    writeFileSync(config, "no config");
    expect((await diff(world, [world.archive])).report.notCompared).toEqual([]);
  });

  it("under sudo are compared only where it is said whose home is meant", async () => {
    const world = await archived();
    const options = { uid: 0, env: { SUDO_USER: "alex" } };
    const { status, out, err } = await world.ocbak(["diff", world.archive], options);
    expect([status, out]).toEqual([26, ""]);
    expect(err).toContain("--home DIR, the home of alex");
    expect((await diff(world, ["--home", world.home, world.archive], options)).status).toBe(0);
  });

  it("with nothing there is an error that says how to name the place", async () => {
    const world = await archived();
    const ran = await world.ocbak(["diff", "--home", world.newHome, world.archive]);
    expect([ran.status, ran.out]).toEqual([10, ""]);
    expect(ran.err).toMatch(/nothing of it is there.*\n.*--home/);
  });
});

interface Case {
  /** What is there beside the small installation when the archive is made. */
  readonly tree?: Parameters<typeof plant>[1];
  /** What happens then. `at` makes an absolute path of one in the home. */
  readonly later: (at: (path: string) => string) => unknown;
  readonly told: readonly string[];
  /** Of that archive and another one made now, all sealed, where that is something else. */
  readonly betweenArchives?: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  "a new file, also in a new folder": {
    later: (at) => {
      writeFileSync(at(state("new")), "x");
      mkdirSync(at(workspace("more")));
      writeFileSync(at(workspace("more/new.md")), "x");
    },
    told: ["+ state/new", "+ workspace.main/more", "+ workspace.main/more/new.md"],
  },
  "a file and a folder that are gone": {
    later: (at) => {
      rmSync(at(workspace("run.sh")));
      rmSync(at(state("credentials")), { recursive: true });
    },
    told: ["- state/credentials", "- state/credentials/oauth.json", "- workspace.main/run.sh"],
  },
  "a root that is gone": {
    later: (at) => rmSync(at("projects/bob"), { recursive: true }),
    told: ["- workspace.bob", "- workspace.bob/MEMORY.md"],
  },
  "a file that grew, one that changed at the same length, a large one": {
    tree: { [state("large")]: noise(3_000_000) },
    later: (at) => {
      appendFileSync(at(workspace("MEMORY.md")), "x");
      writeFileSync(
        at(state("credentials/oauth.json")),
        readFileSync(at(state("credentials/oauth.json"))).fill("y"),
      );
      writeFileSync(at(state("large")), noise(3_000_000).fill(0, 2_999_999));
    },
    told: [
      "~ state/credentials/oauth.json (content)",
      "~ state/large (content)",
      "~ workspace.main/MEMORY.md (content)",
    ],
  },
  "a time": {
    later: (at) => utimesSync(at(workspace("MEMORY.md")), 1, 1),
    told: [],
  },
  "a mode, of a file and of a folder": {
    tree: { [state("secret")]: { text: "x", mode: 0o600 }, [workspace("d")]: { dir: true, mode: 0o755 } },
    later: (at) => {
      chmodSync(at(state("secret")), 0o644);
      chmodSync(at(workspace("run.sh")), 0o700);
      chmodSync(at(workspace("d")), 0o711);
    },
    told: ["~ state/secret (mode)", "~ workspace.main/d (mode)", "~ workspace.main/run.sh (mode)"],
  },
  "a mode that a restore would give, where it would give it": {
    tree: { [state("open")]: { text: "x", mode: 0o644 }, [workspace("open")]: { text: "x", mode: 0o644 } },
    later: (at) => {
      chmodSync(at(state("open")), 0o600);
      chmodSync(at(workspace("open")), 0o600);
    },
    told: ["~ workspace.main/open (mode)"],
    betweenArchives: ["~ state/open (mode)", "~ workspace.main/open (mode)"],
  },
  "content and mode at once": {
    later: (at) => {
      appendFileSync(at(workspace("run.sh")), "x");
      chmodSync(at(workspace("run.sh")), 0o700);
    },
    told: ["~ workspace.main/run.sh (content, mode)"],
  },
  "where a link leads": {
    tree: { [workspace("link")]: { to: "MEMORY.md" } },
    later: (at) => {
      unlinkSync(at(workspace("link")));
      symlinkSync("run.sh", at(workspace("link")));
    },
    told: ["~ workspace.main/link (target)"],
  },
  "what kind of thing it is, every way": {
    tree: {
      [workspace("a")]: "file",
      [workspace("b")]: { to: "a" },
      [workspace("c/d")]: "file",
    },
    later: (at) => {
      for (const name of ["a", "b", "c"]) rmSync(at(workspace(name)), { recursive: true });
      mkdirSync(at(workspace("a")));
      writeFileSync(at(workspace("b")), "x");
      symlinkSync("b", at(workspace("c")));
    },
    told: [
      "~ workspace.main/a (type)",
      "~ workspace.main/b (type)",
      "~ workspace.main/c (type)",
      "- workspace.main/c/d",
    ],
  },
  "two names of one file that are two files now, and the other way round": {
    tree: {
      [workspace("one")]: "same",
      [workspace("two")]: { sameAs: workspace("one") },
      [workspace("x")]: "same",
      [workspace("y")]: "same",
    },
    later: (at) => {
      unlinkSync(at(workspace("two")));
      writeFileSync(at(workspace("two")), "same");
      unlinkSync(at(workspace("y")));
      linkSync(at(workspace("x")), at(workspace("y")));
    },
    told: ["~ workspace.main/two (hard link)", "~ workspace.main/y (hard link)"],
  },
  "the content of a file with two names": {
    tree: { [workspace("one")]: "same", [workspace("two")]: { sameAs: workspace("one") } },
    later: (at) => appendFileSync(at(workspace("two")), "x"),
    told: ["~ workspace.main/one (content)", "~ workspace.main/two (content)"],
  },
  "what no backup takes": {
    later: (at) => {
      appendFileSync(at(state("logs/gateway.log")), "more");
      writeFileSync(at(state("logs/another.log")), "x");
      writeFileSync(at(workspace("monday.ocbak")), "x");
    },
    told: [],
  },
  "a socket in the place of a file": {
    later: (at) => {
      unlinkSync(at(state("credentials/oauth.json")));
      const server = createServer().listen(at(state("credentials/oauth.json")));
      onTestFinished(() => void server.close());
      return new Promise((resolve) => server.once("listening", resolve));
    },
    told: ["~ state/credentials/oauth.json (status)"],
    betweenArchives: [],
  },
  "names that are no UTF-8 or hold a line feed": {
    tree: { [workspace("odd-\u00ff")]: "x", [workspace("a\nb")]: "x" },
    later: (at) => {
      appendFileSync(bytesOf(at(workspace("odd-\u00ff"))), "y");
      rmSync(at(workspace("a\nb")));
      writeFileSync(bytesOf(at(workspace("new-\u00fe"))), "y");
    },
    told: ["- workspace.main/a\nb", "+ workspace.main/new-\\xfe", "~ workspace.main/odd-\\xff (content)"],
  },
};

describe("of what happened since the archive was made", () => {
  it.each(Object.entries(cases))(
    "%s is told as what it is",
    async (_what, { tree, later, told: expected, betweenArchives }) => {
      const world = await archived({ ...smallInstallation, ...tree });
      await later((path) => join(world.home, path));
      const { status, err, report } = await diff(world, [world.archive]);
      expect([told(report), err]).toEqual([expected, ""]);
      expect([status, report.equal]).toEqual(expected.length === 0 ? [0, true] : [4, false]);
      const second = await create(world, "b.ocbak", "--seal-all");
      const between = await diff(world, [world.archive, second]);
      expect(told(between.report)).toEqual(betweenArchives ?? expected);
    },
  );
});
