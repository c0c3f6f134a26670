import { join } from "node:path";
import type { Layout } from "./layout.ts";

/** What only a search through the first agent's memory finds, and one through the notes that all agents have. */
export const REMEMBERED = "wisteria";
export const NOTED = "celandine";

/** What people, agents and channels add over time; `demo-token`, `projects/other` and `src/mcp` are no part of it. */
export function furniture(home: string, layout: Layout): Readonly<Record<string, string>> {
  return {
    ...below(layout.configDir, {
      ".env": "OPENAI_BASE_URL=http://127.0.0.1:9\nSOME_KEY=dotenv-value\n",
      "media/inbound/a picture.jpg": "jpeg\n",
    }),
    ...below(layout.credentials, {
      "whatsapp/default/creds.json": '{"noiseKey":"x"}\n',
      "whatsapp/default/session-Abc.json": "upper\n",
      "whatsapp/default/session-aBC.json": "lower\n",
    }),
    ...below(layout.state, {
      "agents/molty/sessions/old.jsonl": '{"turn":1}\n',
      "cron/runs/job.jsonl": '{"run":1}\n',
      "logs/commands.log": "left out by a rule\n",
      "workspace-helper/AGENTS.md": "# Agents\n",
    }),
    ...below(layout.workspace, {
      "MEMORY.md": `# What I know\n\nThe word for the garden gate is ${REMEMBERED}.\n`,
      "important.tmp.md": "not scratch\n",
      "tools/app.pid": "a name means nothing here\n",
      "skills/by-agent/SKILL.md": "---\nname: by-agent\ndescription: one\n---\n",
    }),
    ...below(home, { ...inHome, ...(layout.isDefault ? ofDefault : {}) }),
  };
}

function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [join(folder, name), text]));
}

const plugin = {
  id: "hello-plugin",
  name: "Hello",
  description: "says hello",
  configSchema: { type: "object", additionalProperties: false, properties: {} },
};

const inHome: Readonly<Record<string, string>> = {
  "projects/scout-ws/uv.lock": "a lock of the user's\n",
  "projects/other/README.md": "not OpenClaw's\n",
  "src/my-skill/SKILL.md": "---\nname: my-skill\ndescription: says hello\n---\nSay hello.\n",
  "src/hello-plugin/openclaw.plugin.json": JSON.stringify(plugin),
  "src/hello-plugin/package.json": JSON.stringify({
    name: "hello-plugin",
    version: "1.0.0",
    type: "module",
    openclaw: { extensions: ["./index.js"] },
  }),
  "src/hello-plugin/index.js": `export default { id: "hello-plugin", register() {} };\n`,
  "src/hello-plugin/node_modules/dependency/index.js": "downloaded\n",
  "src/mcp/server.mjs": "process.exit(1);\n",
  "keys/secrets.json": '{"key":"file-secret"}\n',
  "notes/extra.md": `more memory: ${NOTED}\n`,
  "demo-token": "store-secret-value",
};

const ofDefault: Readonly<Record<string, string>> = {
  ".agents/skills/shared/SKILL.md": "---\nname: shared\ndescription: for all agents\n---\n",
  ".config/openclaw/gateway.env": "GATEWAY_VARIABLE=1\n",
};
