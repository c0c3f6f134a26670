import { lintSource } from "@secretlint/core";
import { secretPatterns } from "../../src/openclaw/secret-patterns.ts";
import { lintRules } from "./applied-patterns.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const everyRule = lintRules.map(({ rule }) => ({ id: rule.meta.id, rule, options: {} }));

/**
 * What a text or its name is sealed for, by decoding it and trying every pattern and every rule on the whole: slow, and
 * plainly right.
 */
export async function judgeByEveryRule(content: Buffer, name: string): Promise<string | undefined> {
  const decoded = decode(content);
  if (decoded === undefined) return "binary";
  const text = `${decoded}\n${name}`;
  const own = secretPatterns.find(({ pattern }) => pattern.test(text));
  if (own !== undefined) return own.id;
  const { messages } = await lintSource({
    source: { filePath: "text.txt", content: text, ext: ".txt", contentType: "text" },
    options: { config: { rules: everyRule }, noPhysicFilePath: true },
  });
  return messages[0]?.ruleId.replace("@secretlint/secretlint-rule-", "");
}

function decode(content: Buffer): string | undefined {
  if (content.includes(0)) return undefined;
  try {
    return utf8.decode(content);
  } catch {
    const text = content.toString("latin1");
    // eslint-disable-next-line no-control-regex
    return /[\x01-\x06\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  }
}
