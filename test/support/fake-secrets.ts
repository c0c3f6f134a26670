import { noise } from "./installation.ts";

/*
 * Secrets of many kinds, none of them real. They are put together when a test runs: what stands in this file looks like
 * none, so that neither a scanner of this repository nor a reader takes one for a find.
 */

const digits = "0123456789";
const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const base62 = upper + lower + digits;
const url64 = `${base62}-_`;
const hexDigits = "0123456789abcdef";

let used = 0;

/** Characters of an alphabet, others on each call, the same on every run. */
function chars(length: number, alphabet = base62): string {
  const bytes = noise(16384).subarray(used);
  used += length;
  return Array.from({ length }, (_, index) => alphabet[bytes[index]! % alphabet.length]).join("");
}

function join(...parts: readonly string[]): string {
  return parts.join("");
}

function jwt(): string {
  const parts = [
    { alg: "HS256", typ: "JWT" },
    { sub: "1", name: "nobody" },
  ];
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return [...encoded, chars(43, url64)].join(".");
}

function pem(kind: string): string {
  const lines = Array.from({ length: 6 }, () => chars(64)).join("\n");
  return join("-----BEGIN ", kind, "KEY-----\n", lines, "\n-----END ", kind, "KEY-----");
}

export interface FakeSecret {
  /** What must not be found anywhere. */
  readonly secret: string;
  /** The text it stands in, if not by itself. */
  readonly text: string;
}

const alone: Readonly<Record<string, string>> = {
  "age-identity": join("AGE-SECRET-", "KEY-1", chars(58, upper)),
  "anthropic-api-key": join("sk-", "ant-", "api03-", chars(93, url64), "AA"),
  "anthropic-oauth": join("sk-", "ant-", "oat01-", chars(90, url64)),
  "aws-key-id": join("AK", "IA", chars(16, upper + digits)),
  "azure-storage": join("Account", "Key=", chars(86), "=="),
  cloudflare: join("cf", "ut_", chars(40), chars(8, hexDigits)),
  databricks: join("da", "pi", chars(32, hexDigits)),
  "digital-ocean": join("do", "p_v1_", chars(64, hexDigits)),
  "discord-bot": join("M", chars(23), ".", chars(6), ".", chars(38)),
  "discord-webhook": join(
    "https://disc",
    "ord.com/api/web",
    "hooks/",
    chars(18, "123456789"),
    "/",
    chars(68),
  ),
  docker: join("dckr", "_pat_", chars(27)),
  elevenlabs: join("s", "k_", chars(48, hexDigits)),
  figma: join("fi", "gd_", chars(40)),
  "github-classic": join("gh", "p_", chars(36)),
  "github-fine": join("github", "_pat_", chars(82)),
  gitlab: join("gl", "pat-", chars(20)),
  "google-api-key": join("AI", "za", chars(35)),
  "google-client": join("GOC", "SPX-", chars(28)),
  "google-refresh": join("1/", "/0", chars(60, url64)),
  grafana: join("gl", "sa_", chars(32), "_", chars(8, hexDigits)),
  groq: join("gs", "k_", chars(52)),
  "hugging-face": join("h", "f_", chars(34, upper + lower)),
  "json-web-token": jwt(),
  linear: join("lin", "_api_", chars(40)),
  mailchimp: join(chars(32, hexDigits), "-u", "s12"),
  notion: join("nt", "n_", chars(11, digits), chars(35)),
  npm: join("np", "m_", chars(36)),
  "openai-legacy": join("s", "k-", chars(20), "T3Blbk", "FJ", chars(20)),
  "openai-project": join("sk-", "proj-", chars(74, url64), "T3Blbk", "FJ", chars(74, url64)),
  openrouter: join("sk-", "or-v1-", chars(64, hexDigits)),
  "openssh-key": pem("OPENSSH PRIVATE "),
  "encrypted-key": pem("ENCRYPTED PRIVATE "),
  perplexity: join("pp", "lx-", chars(48)),
  "postgres-address": join("postgres", "://admin:", chars(16), "@db.internal", ":5432/app"),
  pypi: join("pypi", "-AgE", chars(80)),
  "rsa-key": pem("RSA PRIVATE "),
  sendgrid: join("S", "G.", chars(22), ".", chars(43)),
  shopify: join("shp", "at_", chars(32, hexDigits)),
  "slack-app": join("xa", "pp-1-", chars(11, upper), "-", chars(13, digits), "-", chars(64, hexDigits)),
  "slack-bot": join("xo", "xb-", chars(12, digits), "-", chars(12, digits), "-", chars(24)),
  "slack-webhook": join(
    "https://hooks.sl",
    "ack.com/services/T",
    chars(8, upper),
    "/B",
    chars(8, upper),
    "/",
    chars(24),
  ),
  stripe: join("sk", "_live_", chars(24)),
  "stripe-webhook": join("wh", "sec_", chars(32)),
  supabase: join("sb", "p_", chars(40, hexDigits)),
  tailscale: join("ts", "key-auth-", chars(12), "-", chars(32)),
  telegram: join(chars(10, "123456789"), ":A", "A", chars(33)),
  twilio: join("S", "K", chars(32, hexDigits)),
  vault: join("hv", "s.", chars(95)),
  xai: join("xa", "i-", chars(80)),
};

const named = (name: string, secret: string): FakeSecret => ({ secret, text: `${name}${secret}` });

/** Kind → secret and the text it stands in. */
export const fakeSecrets: ReadonlyMap<string, FakeSecret> = new Map([
  ...Object.entries(alone).map(([kind, secret]) => [kind, { secret, text: secret }] as const),
  ["aws-secret", named("aws_secret_access_key = ", `${chars(39)}7`)],
  ["bearer", named("curl -H 'Authorization: Bearer ", `9${chars(40)}`)],
  ["password-in-a-note", named("The router's **password**: ", `Tr0ub4dor${chars(4)}`)],
  ["api-key-in-yaml", named("  weather_api_key: ", `5${chars(31, hexDigits)}e`)],
  ["quoted-secret-in-code", named('const clientSecret = "', `${chars(12)}4x`)],
]);
