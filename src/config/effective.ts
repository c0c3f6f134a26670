import type { ConfigFile } from "./read-config.ts";
import type { Config } from "./schema.ts";

type Key = Exclude<keyof Config, "$schema">;

/** Where else a setting may come from, and what holds where it comes from nowhere. */
interface Source {
  /** The flag of `create`, `run` and the others; it wins. */
  readonly flag: string | null;
  /** Wins over the file. */
  readonly variable: string | null;
  /** Null: nothing, or decided when it is needed. */
  readonly default: Config[Key] | null;
}

const fileOnly = { flag: null, variable: null, default: null } as const;

/** Every setting, in the order of docs/config.md. */
const sources: Readonly<Record<Key, Source>> = {
  recipients: { ...fileOnly, flag: "--recipient" },
  recipientsFiles: { ...fileOnly, flag: "--recipients-file", variable: "OCBAK_RECIPIENTS_FILE" },
  signingKey: { ...fileOnly, flag: "--signing-key", variable: "OCBAK_SIGNING_KEY" },
  profiles: { ...fileOnly, flag: "--profile" },
  workspace: { ...fileOnly, flag: "--no-workspace", default: true },
  sealAll: { ...fileOnly, flag: "--seal-all", default: false },
  plain: { ...fileOnly, flag: "--plain", default: [] },
  include: { ...fileOnly, flag: "--include", default: [] },
  exclude: { ...fileOnly, flag: "--exclude", default: [] },
  defaultExcludes: { ...fileOnly, flag: "--no-default-excludes", default: true },
  oneFileSystem: { ...fileOnly, flag: "--one-file-system", default: false },
  compressionLevel: { ...fileOnly, flag: "--compression-level", default: 1 },
  tags: { ...fileOnly, flag: "--tag", default: [] },
  stores: fileOnly,
  retention: { ...fileOnly, flag: "--keep-…" },
  maxAge: { ...fileOnly, flag: "--max-age", default: "36h" },
  drillEvery: fileOnly,
  readAllWithin: fileOnly,
  notify: { ...fileOnly, default: {} },
};

/** A setting as it holds without flags. */
export interface EffectiveSetting {
  readonly key: Key;
  readonly value: Config[Key] | null;
  readonly from: "environment" | "file" | "default";
  readonly flag: string | null;
  readonly variable: string | null;
}

/** Every setting and where it comes from: environment > file > default; flags stand above all and are not known here. */
export function effectiveSettings(
  { settings }: ConfigFile,
  env: Readonly<Record<string, string | undefined>>,
): EffectiveSetting[] {
  return (Object.keys(sources) as Key[]).map((key) => {
    const { flag, variable, default: otherwise } = sources[key];
    const head = { key, flag, variable };
    const set = variable === null ? undefined : env[variable];
    if (set) return { ...head, value: key === "recipientsFiles" ? [set] : set, from: "environment" };
    const written = settings[key];
    if (written !== undefined) return { ...head, value: withoutSecrets(key, written), from: "file" };
    return { ...head, value: otherwise, from: "default" };
  });
}

/** Whoever knows a ping's address can call it: of these the host alone is shown, and of the command, which may call others, that there is one. */
function withoutSecrets(key: Key, value: NonNullable<Config[Key]>): Config[Key] {
  if (key !== "notify") return value;
  const notify = value as NonNullable<Config["notify"]>;
  const hidden = (["start", "success", "fail"] as const).flatMap((name) =>
    notify[name] === undefined ? [] : [[name, `${new URL(notify[name]).origin}/…`]],
  );
  const command = notify.onFailure === undefined ? {} : { onFailure: "…" };
  return { ...notify, ...Object.fromEntries(hidden), ...command };
}
