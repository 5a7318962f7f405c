/** The place of a kind's code: a file of the library, and the method that is shown first. */
export interface SourcePlace {
  readonly file: string;
  /** the first line that is highlighted begins with this, after spaces */
  readonly from: readonly string[];
}

const activations = new Set([
  "gelu",
  "geluExact",
  "relu",
  "leakyRelu",
  "tanh",
  "sigmoid",
  "silu",
  "softplus",
  "elu",
  "selu",
  "hardSwish",
]);

/** Kinds that share a file with others. */
const layerFiles: Readonly<Record<string, readonly [file: string, className: string]>> = {
  sequential: ["sequential", "Sequential"],
  testTimeAverage: ["evaluationLayer", "EvaluationLayer"],
  testTimeAugmentation: ["evaluationLayer", "EvaluationLayer"],
  groupClasses: ["evaluationLayer", "EvaluationLayer"],
  globalAveragePool1d: ["globalAveragePool", "GlobalAveragePool"],
  globalAveragePool2d: ["globalAveragePool", "GlobalAveragePool"],
  maxPool2d: ["pool2d", "MaxPool2d"],
  averagePool2d: ["pool2d", "AveragePool2d"],
};

export function sourcePlace(
  part: "layer" | "loss" | "optimizer",
  kind: string,
  direction: "forward" | "backward",
): SourcePlace {
  if (part === "optimizer") return { file: `optimizers/${kind}.ts`, from: ["step(): void {"] };
  // both the loss and its gradient
  if (part === "loss") return { file: `losses/${kind}.ts`, from: ["compute("] };
  if (activations.has(kind)) return { file: "kernels/activations.ts", from: [`${kind}: {`] };
  const [file, className] = layerFiles[kind] ?? [kind, ""];
  const methods = direction === "forward" ? ["forward("] : ["override backwardParameters(", "backward("];
  return {
    file: `layers/${file}.ts`,
    from: [...(className ? [`export class ${className} `, `abstract class ${className} `] : []), ...methods],
  };
}

/**
 * The lines of a text that a place means, from 0, without the last one: from the first matching line, with the comment above it, to the
 * line where its block ends. Several methods are all highlighted.
 */
export function highlightedLines(text: string, { from }: SourcePlace): ReadonlySet<number> {
  const lines = text.split("\n");
  const isClass = (start: string) => start.includes("class ");
  const begin = Math.max(
    0,
    lines.findIndex((line) => from.some((start) => isClass(start) && line.trimStart().startsWith(start))),
  );
  const found = new Set<number>();
  for (const start of from.filter((each) => !isClass(each))) {
    const at = lines.findIndex(
      (line, i) => i >= begin && line.trimStart().startsWith(start) && !line.trimEnd().endsWith(";"),
    );
    if (at < 0) continue;
    const indent = (line: string) => line.length - line.trimStart().length;
    let first = at;
    while (first > 0 && /^\s*(\/\/|\*|\/\*)/.test(lines[first - 1])) first--;
    let last = at;
    // a table entry of one line ends where it begins
    if (!/\},?$/.test(lines[at]))
      while (
        last < lines.length - 1 &&
        !(last > at && indent(lines[last]) <= indent(lines[at]) && /^\s*\}/.test(lines[last]))
      )
        last++;
    for (let i = first; i <= last; i++) found.add(i);
  }
  return found;
}
