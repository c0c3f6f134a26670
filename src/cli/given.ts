/** An object's properties without those that are undefined: an option that is there counts as given. */
export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function given<T extends object>(options: T): Given<T> {
  const result: Given<T> = { ...options };
  for (const key of Object.keys(result) as (keyof T)[]) if (result[key] === undefined) delete result[key];
  return result;
}
