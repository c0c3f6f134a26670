const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const pattern = /^([1-9][0-9]{0,5})([mhdw])$/;

/** Whether it is one number and one unit: minutes, hours, days, weeks. */
export function isDuration(text: string): boolean {
  return pattern.test(text);
}

/** `36h`, `7d`: in milliseconds. Throws RangeError for what {@link isDuration} refuses. */
export function durationMs(text: string): number {
  const [, count, unit] = pattern.exec(text) ?? [];
  if (count === undefined) throw new RangeError(`${text} is no duration`);
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}
