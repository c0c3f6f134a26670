import { rules } from "@secretlint/secretlint-rule-preset-recommend";

type LintRule = (typeof rules)[number];

/** What a rule of secretlint did with a text. */
export interface Applied {
  readonly rule: string;
  /** The expressions that were tried on the text as a whole, without the flags that say how often and where. */
  readonly patterns: readonly RegExp[];
  /** How often the rule took the text for anything else: what cannot be told from its expressions. */
  readonly otherwise: number;
}

/** The rules that look into texts; the one by which a text switches others off is none. */
export const lintRules = rules
  .map((rule) => ({ name: rule.meta.id.replace("@secretlint/secretlint-rule-", ""), rule }))
  .filter(({ name }) => name !== "filter-comments");

/** Lets a rule look at a text, with an eye on the expressions that it tries. */
export async function appliedBy(name: string, rule: LintRule, text: string): Promise<Applied> {
  let taken = 0;
  const tried = new Map<string, RegExp>();
  let trials = 0;
  // eslint-disable-next-line typescript/unbound-method
  const { exec } = RegExp.prototype;
  const seen = new WeakSet<RegExp>();
  // All of test, match, matchAll, replace, search and split comes here.
  // eslint-disable-next-line no-extend-native
  RegExp.prototype.exec = function execNoticed(this: RegExp, subject: string) {
    if (subject === text && !seen.has(this)) {
      seen.add(this);
      trials += 1;
      tried.set(String(this), new RegExp(this.source, this.flags.replace(/[gy]/g, "")));
    }
    return exec.call(this, subject);
  };
  try {
    const looking = rule.create(silent as unknown as Parameters<LintRule["create"]>[0], {});
    await looking.file?.({
      filePath: "text.txt",
      ext: ".txt",
      contentType: "text",
      hasBOM: false,
      get content() {
        taken += 1;
        return text;
      },
    } as unknown as Parameters<NonNullable<typeof looking.file>>[0]);
  } finally {
    // eslint-disable-next-line no-extend-native
    RegExp.prototype.exec = exec;
  }
  return { rule: name, patterns: [...tried.values()], otherwise: taken - trials };
}

const silent = {
  sharedOptions: {},
  createTranslator: () => (messageId: string) => ({ message: messageId, messageId }),
  ignore() {},
  report() {},
};
