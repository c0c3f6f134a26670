import { compileRules, type RuleMatcher } from "./glob.ts";
import type { CaptureRoot, ScanRules } from "./planned.ts";

/** What the user asked for: globs over `<root id>/<path>`. */
export interface UserRules {
  readonly exclude: RuleMatcher;
  readonly include: RuleMatcher | undefined;
}

export function userRules(rules: ScanRules): UserRules {
  return {
    exclude: compileUserGlobs(rules.exclude ?? []),
    include: rules.include?.length ? compileUserGlobs(rules.include) : undefined,
  };
}

/** Globs over `<root id>/<path>`. Throws DiskError `bad-pattern`. */
export function compileUserGlobs(patterns: readonly string[]): RuleMatcher {
  return compileRules(patterns.map((pattern) => ({ id: "user", pattern })));
}

/** The rules as they apply to one root. Paths are byte strings relative to it. */
export class RootRules {
  readonly #sealing: "root" | "seal-all" | undefined;
  readonly #seal: RuleMatcher;
  readonly #exclude: RuleMatcher;
  readonly #always: ReadonlySet<string>;

  constructor(root: CaptureRoot, rules: ScanRules) {
    this.#sealing = rules.sealAll === true ? "seal-all" : root.sealing === "always" ? "root" : undefined;
    this.#seal =
      this.#sealing === undefined ? compileRules(rules.seal, { ignoreCase: true }) : () => undefined;
    // Those that nothing overrides come first: what one of them names, no other one may name for it.
    this.#exclude = compileRules(
      root.exclude.toSorted((a, b) => Number(b.always ?? false) - Number(a.always ?? false)),
    );
    this.#always = new Set(root.exclude.filter(({ always }) => always === true).map(({ id }) => id));
  }

  /** Why what lies at `relative` is sealed before anyone looked at it. `inherited` is its folder's reason. */
  sealedBy(relative: string, inherited: string | undefined): string | undefined {
    return this.#sealing ?? inherited ?? this.#seal(relative);
  }

  /** The same where no folder on the way was asked. */
  isSealedDeep(relative: string): boolean {
    if (this.#sealing !== undefined) return true;
    const components = relative.split("/");
    return components.some((_, index) => this.#seal(components.slice(0, index + 1).join("/")) !== undefined);
  }

  /** The rule that leaves out what lies at `relative`, and whether anything may bring it back. */
  excludedBy(relative: string): { readonly rule: string; readonly always: boolean } | undefined {
    const rule = relative === "" ? undefined : this.#exclude(relative);
    return rule === undefined ? undefined : { rule, always: this.#always.has(rule) };
  }
}
