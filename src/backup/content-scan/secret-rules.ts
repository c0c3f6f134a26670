import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { rules as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { secretPatterns } from "../../openclaw/secret-patterns.ts";

// It would keep marks of every rule and file.
secretLintProfiler.setEnabled(false);

const prefix = "@secretlint/secretlint-rule-";

/** Without the rule by which a comment in a file switches the others off: what a file says of itself proves nothing. */
const rules = recommended
  .filter(({ meta }) => meta.id !== `${prefix}filter-comments`)
  .map((rule) => ({ id: rule.meta.id, rule, options: {} }));

/**
 * Names the first kind of secret that stands in a text, never the secret. No rule learns a path by which it could read
 * anything itself; what some rules look for in files of certain names only, `secretPatterns` looks for in all.
 */
export async function findSecret(text: string): Promise<string | undefined> {
  const own = secretPatterns.find(({ pattern }) => pattern.test(text));
  if (own !== undefined) return own.id;
  const { messages } = await lintSource({
    source: { filePath: "text.txt", content: text, ext: ".txt", contentType: "text" },
    options: { config: { rules }, noPhysicFilePath: true },
  });
  return messages[0]?.ruleId.replace(prefix, "");
}
