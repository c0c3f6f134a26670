/** What a secret looks like by itself, whoever holds it. No expression is global, and each is bounded. */
export interface SecretPattern {
  /** `[a-z0-9-]+`; stands in reports in place of what was found. */
  readonly id: string;
  readonly pattern: RegExp;
}

/**
 * Kinds that secretlint's recommended rules do not know, or know only in one exact shape: keys of other providers, of
 * older and newer forms, and whatever is called a password. Sealing too much costs nothing but readability.
 */
export const secretPatterns: readonly SecretPattern[] = [
  { id: "private-key", pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/ },
  { id: "putty-key", pattern: /PuTTY-User-Key-File-\d/ },
  { id: "age-key", pattern: /AGE-SECRET-KEY-(?:[A-Z0-9]{1,8}-)?1[A-Z0-9]{20}/ },
  { id: "anthropic", pattern: /sk-ant-[A-Za-z0-9_-]{16}/ },
  { id: "sk-key", pattern: /\bsk[-_](?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{20}/ },
  { id: "google", pattern: /AIza[A-Za-z0-9_-]{30}/ },
  { id: "google-client-secret", pattern: /GOCSPX-[A-Za-z0-9_-]{20}/ },
  { id: "google-access-token", pattern: /ya29\.[A-Za-z0-9_-]{20}/ },
  { id: "google-refresh-token", pattern: /1\/\/0[A-Za-z0-9_-]{30}/ },
  { id: "aws", pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/ },
  { id: "azure", pattern: /Key=[A-Za-z0-9+/]{40}/ },
  { id: "telegram", pattern: /:AA[A-Za-z0-9_-]{30}(?<=\d{7}.{33})/ },
  { id: "discord", pattern: /\b[MNO][A-Za-z\d_-]{22,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27}/ },
  { id: "webhook", pattern: /\/api\/webhooks\/\d{10,24}\/[\w-]{30}/ },
  { id: "slack", pattern: /\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10}|\bxapp-\d-[A-Za-z0-9-]{10}/ },
  { id: "slack-webhook", pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Z0-9]{6}/ },
  { id: "github", pattern: /\bgh[pousr]_[A-Za-z0-9_]{30}|\bgithub_pat_[A-Za-z0-9_]{30}/ },
  // Also the beginning of the one recommended rule that takes a minute for a hostile megabyte.
  { id: "github-app", pattern: /ghs_\d{1,20}_/ },
  { id: "gitlab", pattern: /\bgl(?:pat|dt|rt|cbt|ptt|soat|ft|imt|agent)-[A-Za-z0-9_-]{20}/ },
  { id: "hugging-face", pattern: /\b(?:hf|api_org)_[A-Za-z0-9]{30}/ },
  { id: "npm", pattern: /\bnpm_[A-Za-z0-9]{30}|_authToken=[^$\s]{8}|:_password=[^$\s]{6}/ },
  { id: "pypi", pattern: /\bpypi-AgE[A-Za-z0-9_-]{30}/ },
  { id: "rubygems", pattern: /\brubygems_[a-f0-9]{40}/ },
  { id: "crates-io", pattern: /\bcio[A-Za-z0-9]{32}\b/ },
  { id: "stripe-webhook", pattern: /\bwhsec_[A-Za-z0-9+/]{24}/ },
  { id: "twilio", pattern: /\bSK[0-9a-f]{32}\b/ },
  { id: "mailgun", pattern: /\bkey-[0-9a-f]{32}\b/ },
  { id: "mailchimp", pattern: /-us\d{1,2}\b(?<=[0-9a-f]{32}-us\d{1,2})/ },
  { id: "digital-ocean", pattern: /\bdo[opr]_v1_[a-f0-9]{40}/ },
  { id: "xai", pattern: /\bxai-[A-Za-z0-9]{40}/ },
  { id: "perplexity", pattern: /\bpplx-[A-Za-z0-9]{32}/ },
  { id: "replicate", pattern: /\br8_[A-Za-z0-9]{30}/ },
  { id: "search-provider", pattern: /\b(?:tvly-[A-Za-z0-9-]{20}|fc-[a-f0-9]{32}|BSA[A-Za-z0-9_-]{27,28}\b)/ },
  { id: "nvidia", pattern: /\bnvapi-[A-Za-z0-9_-]{40}/ },
  { id: "airtable", pattern: /\bpat[A-Za-z0-9]{14}\.[a-f0-9]{40}/ },
  { id: "atlassian", pattern: /\bATATT3[A-Za-z0-9_=-]{40}/ },
  { id: "supabase", pattern: /\bsb(?:p_[a-f0-9]{40}|_secret_[A-Za-z0-9_-]{20})/ },
  { id: "sentry", pattern: /\bsntr[yu]s?_[A-Za-z0-9+/_=-]{40}/ },
  { id: "doppler", pattern: /\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{30}/ },
  { id: "matrix", pattern: /\bsyt_[A-Za-z0-9+/=]{4,200}_[A-Za-z]{20}_/ },
  { id: "vault", pattern: /hv[sbr]\.[A-Za-z0-9_-]{24}/ },
  { id: "notion", pattern: /\b(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40})/ },
  { id: "fly-io", pattern: /\bfm[12][ar]?_[A-Za-z0-9+/=_-]{40}/ },
  { id: "jwt", pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{8}/ },
  { id: "bearer", pattern: /\bBearer\s{1,4}(?=[A-Za-z._~+/-]{0,60}\d)[A-Za-z0-9._~+/-]{20}/i },
  {
    id: "basic-authorization",
    pattern: /\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?Basic\s+[A-Za-z0-9+/]{12}/i,
  },
  { id: "password-in-url", pattern: /:\/\/[^\s/:@"'<>`]{0,100}:(?![$<{*%[])[^\s/@"'<>`]{3,200}@[\w[]/ },
  { id: "azure-sas", pattern: /[?&]sig=[A-Za-z0-9%+/]{40}/ },
  {
    id: "named-secret",
    pattern:
      /(?:api_?-?key|secret|token|passw(?:or)?d|passphrase|pwd|private_?-?key|access_?-?key|auth_?-?key|credentials?)\w{0,20}["'`*]{0,3}\s{0,3}(?::=|[:=]|=>)\s{0,3}(?!["'`]?[~.]{0,2}\/[\w.-]{1,60}\/)(?:["'`](?=[^\s"'`]{0,80}\d)(?=[^\s"'`]{0,80}[A-Za-z])(?![$<{])[^\s"'`]{8}|(?=[\w+/=.~!@#%^&*-]{0,80}\d)(?=[\w+/=.~!@#%^&*-]{0,80}[A-Za-z])[\w+/=~!@#%^&*-]{12,400}(?![\w.([]))/i,
  },
  {
    id: "named-password",
    pattern:
      /\b(?:password|passwort|passphrase|pass|pwd|pin)\b["'*_`]{0,3}\s{0,2}(?:[:=]|\bis\b)\s{0,2}["'`*_]{0,2}(?=[^\s"'`]{0,80}\d)(?=[^\s"'`]{0,80}[A-Za-z])[^\s"'`(){}<>[\].,;$]{6,200}/i,
  },
];
