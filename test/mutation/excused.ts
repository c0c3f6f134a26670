/** Checks whose absence no vector can show, each with its reason. */
export const excused: ReadonlyMap<string, string> = new Map([]);
