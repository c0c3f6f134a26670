/** One value; labels in the order in which they are to stand. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A gauge with its samples. A unit is the last word of its name: `_seconds`, `_bytes`. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * Gauges as text that is both OpenMetrics 1.0 and the Prometheus text format 0.0.4, which node_exporter's textfile
 * collector reads: there `# EOF` is a comment. Nothing but gauges, as the two formats name counters differently, and no
 * timestamps, which the collector refuses. One without samples is left out.
 */
export function openMetrics(gauges: readonly Gauge[]): string {
  const lines = gauges.filter(({ samples }) => samples.length > 0).flatMap(gaugeLines);
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

function gaugeLines({ name, help, samples }: Gauge): string[] {
  return [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} gauge`,
    ...samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`),
  ];
}

function labelsText(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.toWellFormed().replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
