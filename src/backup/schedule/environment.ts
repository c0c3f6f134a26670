import { resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Paths, which hold in a job as they do now. None may hold a secret. */
const paths = [
  "HOME",
  "XDG_CONFIG_HOME",
  "XDG_STATE_HOME",
  "XDG_CACHE_HOME",
  "XDG_DATA_HOME",
  "OPENCLAW_HOME",
  "OPENCLAW_STATE_DIR",
  "OPENCLAW_CONFIG_PATH",
  "OPENCLAW_OAUTH_DIR",
  "OPENCLAW_WORKSPACE_DIR",
  "OCBAK_RECIPIENTS_FILE",
  "OCBAK_SIGNING_KEY",
  "OCBAK_IDENTITY_FILE",
  "OCBAK_PASSPHRASE_FILE",
  "NODE_EXTRA_CA_CERTS",
];
const lists = ["PATH", "OPENCLAW_INCLUDE_ROOTS"];
const words = ["OPENCLAW_PROFILE", "OPENCLAW_GATEWAY_PORT"];
/** A command may have a secret in it. */
const withheld = ["OCBAK_IDENTITY_COMMAND", "OCBAK_PASSPHRASE_COMMAND"];

export interface JobEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** What a job is given of the environment that it is installed from, so that it finds the same installation. */
export function jobEnvironment(env: Environment, cwd: string, home: string): JobEnvironment {
  const whole = { ...env, HOME: env["HOME"] || home };
  const full = (path: string): string => (/^[/~]|^$/.test(path) ? path : resolve(cwd, path));
  const given = [
    ...paths.map((name) => [name, whole[name as "HOME"] && full(whole[name as "HOME"])] as const),
    ...lists.map((name) => [name, env[name]?.split(":").map(full).join(":")] as const),
    ...words.map((name) => [name, env[name]] as const),
  ].filter((pair): pair is readonly [string, string] => Boolean(pair[1]));
  return {
    environment: Object.fromEntries(given.filter((pair) => !isOdd(pair))),
    warnings: [
      ...given
        .filter(isOdd)
        .map(([name]) => `${name} has control characters in it, and is not set for the job`),
      ...withheld
        .filter((name) => env[name])
        .map(
          (name) =>
            `${name} is not set for the job: it may hold a secret, and the description of a job is readable`,
        ),
    ],
  };
}

function isOdd([, value]: readonly [string, string]): boolean {
  // oxlint-disable-next-line no-control-regex -- neither a plist nor a unit can hold them
  return /[\u0000-\u001f\u007f]/.test(value);
}
