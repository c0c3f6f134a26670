import type { LiteralStart } from "../../openclaw/secret-patterns.ts";

/**
 * A part of the expressions of one rule of secretlint: where no part of a rule matches, the rule finds nothing. It is
 * copied element by element, with its flags; a test holds these to what the rules really apply.
 */
export interface LintPart extends LiteralStart {
  /** Of the rule, without what all rules begin with. */
  readonly rule: string;
  readonly pattern: RegExp;
}

/** Looks into files of certain names only, and learns no name: finds nothing, whatever the text. */
export const rulesOfNames: ReadonlySet<string> = new Set(["gcp"]);

export const lintParts: readonly LintPart[] = [
  {
    rule: "aws",
    pattern: /(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)_?(?:KEY|key|Key)/,
    starts: ["SECRET", "secret", "Secret"],
  },
  {
    rule: "privatekey",
    pattern: /-----BEGIN[ ]?(?:(?:RSA|DSA|EC|OPENSSH|PGP) )?PRIVATE KEY(?: BLOCK)?-----/m,
    starts: ["-----BEGIN"],
  },
  { rule: "npm", pattern: /npm_[A-Za-z0-9_]{36}/u, starts: ["npm_"] },
  {
    rule: "basicauth",
    pattern: /:\/\/(?<user>[-a-zA-Z0-9_]{1,256}):(?<password>[-a-zA-Z0-9_]{1,256})@/,
    starts: ["://"],
  },
  {
    rule: "slack",
    pattern: /(?:xoxb|xoxp|xapp|xoxa|xoxo|xoxr)-(?:\d-)?(?:[a-zA-Z0-9]{1,40}-)+/,
    starts: ["xoxb-", "xoxp-", "xapp-", "xoxa-", "xoxo-", "xoxr-"],
  },
  { rule: "slack", pattern: /hooks\.slack\.com\/services\/T/i, starts: ["hooks.slack.com"] },
  { rule: "sendgrid", pattern: /SG\.\w{1,128}\.\w{1,128}/u, starts: ["SG."] },
  {
    rule: "shopify",
    pattern: /(shppa|shpca|shpat|shpss)_[a-zA-Z0-9]{32,64}/u,
    starts: ["shppa_", "shpca_", "shpat_", "shpss_"],
  },
  {
    rule: "stripe",
    pattern: /(?<prefix>sk_live|sk_test|rk_live|rk_test)_[a-zA-Z0-9]{24,99}/u,
    starts: ["sk_live_", "sk_test_", "rk_live_", "rk_test_"],
  },
  {
    rule: "github",
    pattern: /(?<type>ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9_]{36}/u,
    starts: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
  },
  { rule: "github", pattern: /(?<type>github_pat)_[A-Za-z0-9_]{82}/u, starts: ["github_pat_"] },
  { rule: "github", pattern: /(?<type>ghs)_[0-9]{1,20}_/u, starts: ["ghs_"] },
  { rule: "gitlab", pattern: /glpat-[A-Za-z0-9_-]{20,128}/u, starts: ["glpat-"] },
  { rule: "grafana", pattern: /glc_[A-Za-z0-9+/]{32,400}/u, starts: ["glc_"] },
  { rule: "grafana", pattern: /glsa_[A-Za-z0-9]{32}_/u, starts: ["glsa_"] },
  { rule: "openai", pattern: /T3BlbkFJ/, starts: ["T3BlbkFJ"] },
  { rule: "anthropic", pattern: /sk-ant-api0\d-[A-Za-z0-9_-]{90,128}/u, starts: ["sk-ant-api0"] },
  { rule: "groq", pattern: /gsk_[a-zA-Z0-9]{52}/u, starts: ["gsk_"] },
  { rule: "huggingface", pattern: /hf_[a-zA-Z]{34}/u, starts: ["hf_"] },
  { rule: "linear", pattern: /lin_api_[a-zA-Z0-9_]{32,128}/u, starts: ["lin_api_"] },
  { rule: "notion", pattern: /ntn_[0-9]{11}[A-Za-z0-9]{35}/u, starts: ["ntn_"] },
  { rule: "1password", pattern: /ops_(ey[A-Za-z0-9+/=]{100,1280}fQ={0,2})/u, starts: ["ops_ey"] },
  {
    rule: "database-connection-string",
    pattern: /mongodb(?:\+srv)?:\/\//i,
    starts: ["mongodb:", "mongodb+srv:"],
  },
  { rule: "database-connection-string", pattern: /mysql(?:x)?:\/\//i, starts: ["mysql:", "mysqlx:"] },
  {
    rule: "database-connection-string",
    pattern: /postgres(?:ql)?:\/\//i,
    starts: ["postgres:", "postgresql:"],
  },
  { rule: "hashicorp-vault", pattern: /hvs\.[A-Za-z0-9_-]{90,120}/u, starts: ["hvs."] },
  { rule: "hashicorp-vault", pattern: /hvb\.[A-Za-z0-9_-]{138,300}/u, starts: ["hvb."] },
  { rule: "hashicorp-vault", pattern: /hvr\.[A-Za-z0-9_-]{90,120}/u, starts: ["hvr."] },
  {
    rule: "vercel",
    pattern: /(?<prefix>vcp|vci|vca|vcr|vck)_[A-Za-z0-9]{20,60}/u,
    starts: ["vcp_", "vci_", "vca_", "vcr_", "vck_"],
  },
  { rule: "databricks", pattern: /dapi[A-Fa-f0-9]{32}/u, starts: ["dapi"] },
  { rule: "docker", pattern: /dckr_pat_[a-zA-Z0-9_-]{27}/u, starts: ["dckr_pat_"] },
  { rule: "figma", pattern: /figd_[A-Za-z0-9_-]{40,200}/u, starts: ["figd_"] },
  {
    rule: "cloudflare",
    pattern: /(?<prefix>cfk|cfut|cfat)_[A-Za-z0-9]{40}[0-9a-f]{8}/u,
    starts: ["cfk_", "cfut_", "cfat_"],
  },
  { rule: "tailscale", pattern: /tskey-(?<type>[a-z]{2,20})-[0-9A-Za-z_]{8,40}-/u, starts: ["tskey-"] },
];
