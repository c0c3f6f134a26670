import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { rules as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { lintParts, rulesOfNames } from "./lint-parts.ts";

// It would keep marks of every rule and file.
secretLintProfiler.setEnabled(false);

const prefix = "@secretlint/secretlint-rule-";

/** Without the rule by which a comment in a file switches the others off: what a file says of itself proves nothing. */
const rules = recommended
  .filter(({ meta }) => meta.id !== `${prefix}filter-comments`)
  .map((rule) => ({ id: rule.meta.id, rule, options: {} }));

const declared: ReadonlySet<string> = new Set([...rulesOfNames, ...lintParts.map(({ rule }) => rule)]);

/**
 * Names the first kind of secret that some rules of secretlint find in a text, never the secret; a rule of which nothing
 * is declared looks, too. No rule learns a path by which it could read anything itself; what some rules look for in
 * files of certain names only, `secretPatterns` looks for in all.
 */
export async function findByLint(text: string, suspected: ReadonlySet<string>): Promise<string | undefined> {
  const asked = rules.filter(({ id }) => {
    const rule = id.slice(prefix.length);
    return suspected.has(rule) || !declared.has(rule);
  });
  const { messages } = await lintSource({
    source: { filePath: "text.txt", content: text, ext: ".txt", contentType: "text" },
    options: { config: { rules: asked }, noPhysicFilePath: true },
  });
  return messages[0]?.ruleId.replace(prefix, "");
}
