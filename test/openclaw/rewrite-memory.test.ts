import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it } from "vitest";
import { utimesArgument } from "../../src/disk/times.ts";
import type { RewriteReport } from "../../src/openclaw/rewrite/findings.ts";
import { InstallationRewrite } from "../../src/openclaw/rewrite/rewrite-installation.ts";
import { scratchHome } from "../support/restore.ts";
import { plant } from "../support/tree.ts";

const [old, now] = ["/home/al", "/home/bo"];
const text = { enabled: false, modalities: [], maxFileBytes: 10_485_760 };
const pictures = { enabled: true, modalities: ["audio", "image"], maxFileBytes: 5 };

let staging: string;

beforeEach(() => {
  const scratch = scratchHome();
  staging = scratch.home;
  return scratch.remove;
});

/** As memory-core of OpenClaw 2026.9.6 takes it, the paths sorted. */
function digest(extraPaths: readonly unknown[], multimodal: object = text): string {
  return createHash("sha256").update(JSON.stringify({ extraPaths, multimodal })).digest("hex");
}

/** The digest that an index has after a move, and the report on it. */
async function moved(
  config: object,
  scopeHash: string,
  model = "fts-only",
): Promise<[string, RewriteReport]> {
  plant(staging, { "state/openclaw.json": JSON.stringify(config) });
  const folder = join(staging, "state/agents/main/agent");
  mkdirSync(folder, { recursive: true });
  using database = new DatabaseSync(join(folder, "openclaw-agent.sqlite"));
  database.exec(`CREATE TABLE schema_meta (meta_key TEXT PRIMARY KEY, role TEXT);
    CREATE TABLE memory_index_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)`);
  database
    .prepare("INSERT INTO memory_index_meta VALUES ('memory_index_meta_v1', ?)")
    .run(JSON.stringify({ model, scopeHash, chunkTokens: 400 }));
  const rewriting = new InstallationRewrite({
    moves: [{ from: old, to: now }],
    configFile: null,
    timeArgument: utimesArgument,
    realPath: (path) => path,
  });
  const report = await rewriting.run([
    { id: "state", base: join(staging, "state"), sourcePath: `${old}/.openclaw` },
    { id: "workspace.main", base: join(staging, "ws"), sourcePath: `${old}/ws` },
  ]);
  const row = database.prepare("SELECT value FROM memory_index_meta").get() as { value: string };
  const { scopeHash: after, ...rest } = JSON.parse(row.value) as Record<string, unknown>;
  expect(rest).toEqual({ model, chunkTokens: 400 });
  return [String(after), report];
}

const of = (search: object, own: object = {}) => ({
  memory: { search },
  agents: { entries: { helper: { memory: { search: own } } } },
});

it.each<[string, object, string, string]>([
  ["a folder", of({ extraPaths: [`${old}/notes`] }), digest([`${old}/notes`]), digest([`${now}/notes`])],
  [
    "folders of all agents and of one",
    of({ extraPaths: [`${old}/z/`] }, { extraPaths: [`${old}/b`, "/srv/all"] }),
    digest([`${old}/b`, `${old}/z`, "/srv/all"]),
    digest([`${now}/b`, `${now}/z`, "/srv/all"]),
  ],
  [
    "what a pattern fits in the home",
    of({ extraPaths: [{ path: "~/docs", pattern: "**/*.md" }] }),
    digest([{ path: `${old}/docs`, pattern: "**/*.md" }]),
    digest([{ path: `${now}/docs`, pattern: "**/*.md" }]),
  ],
  [
    "a folder of the workspace, and pictures",
    of({ extraPaths: ["more"], multimodal: { enabled: true, maxFileBytes: 5 } }),
    digest([`${old}/ws/more`], pictures),
    digest([`${now}/ws/more`], pictures),
  ],
  ["nothing more", of({}), digest([]), digest([])],
])("an index of the memory with %s is still good after a move", async (_, config, before, after) => {
  const [scope, { left }] = await moved(config, before);
  expect([scope, left]).toEqual([after, []]);
});

it.each([
  ["of paths that nobody knows", digest([`${old}/gone`]), "fts-only"],
  ["by a model that is known by its place", digest([]), `${old}/models/m.gguf`],
])("an index %s stays, and is told with the command that makes it anew", async (_, digested, model) => {
  const [scope, { left }] = await moved(of({}), digested, model);
  expect(scope).toBe(digested);
  const urgent = left.filter(({ history }) => history !== true);
  expect(urgent).toMatchObject([{ reason: expect.stringContaining("memory index --force") as string }]);
});
