/**
 * How the matches of an expression begin, so that it is tried where one of these texts stands and nowhere else. Each has
 * at least three characters of ASCII, without a line feed; case counts where it counts in the expression.
 */
export interface LiteralStart {
  readonly starts: readonly string[];
}

/** What a secret looks like by itself, whoever holds it. No expression is global, and each is bounded. */
export type SecretPattern = {
  /** `[a-z0-9-]+`; stands in reports in place of what was found. */
  readonly id: string;
  readonly pattern: RegExp;
} & (LiteralStart | WordRun);

/** An expression whose matches have no beginning in common, but stand in one word and are long. */
export interface WordRun {
  /** A match has at least as many letters, digits, `_`, `-` and `.`, and no other characters. */
  readonly runMin: number;
}

const hexDigits = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
const digits = hexDigits.slice(0, 10);

/**
 * Kinds that secretlint's recommended rules do not know, or know only in one exact shape: keys of other providers, of
 * older and newer forms, and whatever is called a password. Sealing too much costs nothing but readability.
 */
export const secretPatterns: readonly SecretPattern[] = [
  { id: "private-key", pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/, starts: ["-----BEGIN "] },
  { id: "putty-key", pattern: /PuTTY-User-Key-File-\d/, starts: ["PuTTY-User-Key-File-"] },
  { id: "age-key", pattern: /AGE-SECRET-KEY-(?:[A-Z0-9]{1,8}-)?1[A-Z0-9]{20}/, starts: ["AGE-SECRET-KEY-"] },
  { id: "anthropic", pattern: /sk-ant-[A-Za-z0-9_-]{16}/, starts: ["sk-ant-"] },
  { id: "sk-key", pattern: /\bsk[-_](?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{20}/, starts: ["sk-", "sk_"] },
  { id: "google", pattern: /AIza[A-Za-z0-9_-]{30}/, starts: ["AIza"] },
  { id: "google-client-secret", pattern: /GOCSPX-[A-Za-z0-9_-]{20}/, starts: ["GOCSPX-"] },
  { id: "google-access-token", pattern: /ya29\.[A-Za-z0-9_-]{20}/, starts: ["ya29."] },
  { id: "google-refresh-token", pattern: /1\/\/0[A-Za-z0-9_-]{30}/, starts: ["1//0"] },
  { id: "aws", pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/, starts: ["AKIA", "ASIA", "ABIA", "ACCA"] },
  { id: "azure", pattern: /Key=[A-Za-z0-9+/]{40}/, starts: ["Key="] },
  { id: "telegram", pattern: /:AA[A-Za-z0-9_-]{30}(?<=\d{7}.{33})/, starts: [":AA"] },
  { id: "discord", pattern: /\b[MNO][A-Za-z\d_-]{22,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27}/, runMin: 58 },
  { id: "webhook", pattern: /\/api\/webhooks\/\d{10,24}\/[\w-]{30}/, starts: ["/api/webhooks/"] },
  {
    id: "slack",
    pattern: /\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10}|\bxapp-\d-[A-Za-z0-9-]{10}/,
    starts: ["xox", "xapp-"],
  },
  {
    id: "slack-webhook",
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Z0-9]{6}/,
    starts: ["hooks.slack.com/"],
  },
  {
    id: "github",
    pattern: /\bgh[pousr]_[A-Za-z0-9_]{30}|\bgithub_pat_[A-Za-z0-9_]{30}/,
    starts: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
  },
  // Also the beginning of the one recommended rule that takes a minute for a hostile megabyte.
  { id: "github-app", pattern: /ghs_\d{1,20}_/, starts: ["ghs_"] },
  {
    id: "gitlab",
    pattern: /\bgl(?:pat|dt|rt|cbt|ptt|soat|ft|imt|agent)-[A-Za-z0-9_-]{20}/,
    starts: ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-", "glft-", "glimt-", "glagent-"],
  },
  { id: "hugging-face", pattern: /\b(?:hf|api_org)_[A-Za-z0-9]{30}/, starts: ["hf_", "api_org_"] },
  {
    id: "npm",
    pattern: /\bnpm_[A-Za-z0-9]{30}|_authToken=[^$\s]{8}|:_password=[^$\s]{6}/,
    starts: ["npm_", "_authToken=", ":_password="],
  },
  { id: "pypi", pattern: /\bpypi-AgE[A-Za-z0-9_-]{30}/, starts: ["pypi-AgE"] },
  { id: "rubygems", pattern: /\brubygems_[a-f0-9]{40}/, starts: ["rubygems_"] },
  { id: "crates-io", pattern: /\bcio[A-Za-z0-9]{32}\b/, starts: ["cio"] },
  { id: "stripe-webhook", pattern: /\bwhsec_[A-Za-z0-9+/]{24}/, starts: ["whsec_"] },
  { id: "twilio", pattern: /\bSK[0-9a-f]{32}\b/, starts: hexDigits.map((digit) => `SK${digit}`) },
  { id: "mailgun", pattern: /\bkey-[0-9a-f]{32}\b/, starts: ["key-"] },
  {
    id: "mailchimp",
    pattern: /-us\d{1,2}\b(?<=[0-9a-f]{32}-us\d{1,2})/,
    starts: digits.map((digit) => `-us${digit}`),
  },
  { id: "digital-ocean", pattern: /\bdo[opr]_v1_[a-f0-9]{40}/, starts: ["doo_v1_", "dop_v1_", "dor_v1_"] },
  { id: "xai", pattern: /\bxai-[A-Za-z0-9]{40}/, starts: ["xai-"] },
  { id: "perplexity", pattern: /\bpplx-[A-Za-z0-9]{32}/, starts: ["pplx-"] },
  { id: "replicate", pattern: /\br8_[A-Za-z0-9]{30}/, starts: ["r8_"] },
  {
    id: "search-provider",
    pattern: /\b(?:tvly-[A-Za-z0-9-]{20}|fc-[a-f0-9]{32}|BSA[A-Za-z0-9_-]{27,28}\b)/,
    starts: ["tvly-", "fc-", "BSA"],
  },
  { id: "nvidia", pattern: /\bnvapi-[A-Za-z0-9_-]{40}/, starts: ["nvapi-"] },
  { id: "airtable", pattern: /\bpat[A-Za-z0-9]{14}\.[a-f0-9]{40}/, runMin: 58 },
  { id: "atlassian", pattern: /\bATATT3[A-Za-z0-9_=-]{40}/, starts: ["ATATT3"] },
  {
    id: "supabase",
    pattern: /\bsb(?:p_[a-f0-9]{40}|_secret_[A-Za-z0-9_-]{20})/,
    starts: ["sbp_", "sb_secret_"],
  },
  {
    id: "sentry",
    pattern: /\bsntr[yu]s?_[A-Za-z0-9+/_=-]{40}/,
    starts: ["sntry_", "sntrys", "sntru_", "sntrus"],
  },
  {
    id: "doppler",
    pattern: /\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{30}/,
    starts: ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
  },
  { id: "matrix", pattern: /\bsyt_[A-Za-z0-9+/=]{4,200}_[A-Za-z]{20}_/, starts: ["syt_"] },
  { id: "vault", pattern: /hv[sbr]\.[A-Za-z0-9_-]{24}/, starts: ["hvs.", "hvb.", "hvr."] },
  { id: "notion", pattern: /\b(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40})/, starts: ["secret_", "ntn_"] },
  { id: "fly-io", pattern: /\bfm[12][ar]?_[A-Za-z0-9+/=_-]{40}/, starts: ["fm1", "fm2"] },
  { id: "jwt", pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{8}/, starts: ["eyJ"] },
  {
    id: "bearer",
    pattern: /\bBearer\s{1,4}(?=[A-Za-z._~+/-]{0,60}\d)[A-Za-z0-9._~+/-]{20}/i,
    starts: ["bearer"],
  },
  {
    id: "basic-authorization",
    pattern: /\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?Basic\s+[A-Za-z0-9+/]{12}/i,
    starts: ["authorization"],
  },
  {
    id: "password-in-url",
    pattern: /:\/\/[^\s/:@"'<>`]{0,100}:(?![$<{*%[])[^\s/@"'<>`]{3,200}@[\w[]/,
    starts: ["://"],
  },
  { id: "azure-sas", pattern: /[?&]sig=[A-Za-z0-9%+/]{40}/, starts: ["?sig=", "&sig="] },
  {
    id: "named-secret",
    pattern:
      /(?:api_?-?key|secret|token|passw(?:or)?d|passphrase|pwd|private_?-?key|access_?-?key|auth_?-?key|credentials?)\w{0,20}["'`*]{0,3}\s{0,3}(?::=|[:=]|=>)\s{0,3}(?!["'`]?[~.]{0,2}\/[\w.-]{1,60}\/)(?:["'`](?=[^\s"'`]{0,80}\d)(?=[^\s"'`]{0,80}[A-Za-z])(?![$<{])[^\s"'`]{8}|(?=[\w+/=.~!@#%^&*-]{0,80}\d)(?=[\w+/=.~!@#%^&*-]{0,80}[A-Za-z])[\w+/=~!@#%^&*-]{12,400}(?![\w.([]))/i,
    starts: [
      ...["api", "private", "access", "auth"].flatMap((what) => [`${what}k`, `${what}_`, `${what}-`]),
      "secret",
      "token",
      "passw",
      "passphrase",
      "pwd",
      "credential",
    ],
  },
  {
    id: "named-password",
    pattern:
      /\b(?:password|passwort|passphrase|pass|pwd|pin)\b["'*_`]{0,3}\s{0,2}(?:[:=]|\bis\b)\s{0,2}["'`*_]{0,2}(?=[^\s"'`]{0,80}\d)(?=[^\s"'`]{0,80}[A-Za-z])[^\s"'`(){}<>[\].,;$]{6,200}/i,
    starts: ["pass", "pwd", "pin"],
  },
];
