import { version } from "handgrad";
import { type PointParts, pointsOf } from "../data/parts.ts";
import type { Point } from "../data/sets.ts";
import { settingsOf } from "../settings.ts";
import { type InputName, outputNames, type PlaygroundState, taskOf } from "../state.ts";

const expressions: Readonly<Record<InputName, string>> = {
  x: "x",
  y: "y",
  xx: "x * x",
  yy: "y * y",
  xy: "x * y",
  sinx: "portableMath.sin(x)",
  siny: "portableMath.sin(y)",
};

/** A TypeScript program that trains the network of the state for some epochs, with the same losses bit for bit. */
export function codeOf(
  state: PlaygroundState,
  { epochs, link }: { readonly epochs: number; readonly link: string },
): string {
  const parts: PointParts = pointsOf(state);
  const { layers, ...settings } = settingsOf(state, parts.train.length);
  // schedules need their full length; without one, training ends at the epoch of the playground
  const length = state.schedule === "constant" ? Math.max(1, epochs) : state.span;
  const shown = Object.fromEntries(
    Object.entries({ ...settings, epochs: length }).filter(([name, value]) => isSaid(value) && !unread.has(name)),
  );
  const sines = state.inputs.some((name) => expressions[name].startsWith("portableMath"));
  return `// The network of the playground, trained by the library Handgrad ${version}:
//     npm install handgrad
//     node playground.ts
// ${link.replaceAll(/[\r\n\u2028\u2029]/g, " ")}
import { datasetOf, fit, parseSettings, ${sines ? "portableMath, " : ""}prepareFit, wasmKernels } from "handgrad";

const settings = parseSettings({
  layers: [
${layers.map((layer) => `    ${JSON.stringify(layer)},`).join("\n")}
  ],
${Object.entries(shown)
  .map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`)
  .join("\n")}
});

// Points: x, y, and the ${taskOf(state) === "numbers" ? "number" : "class"}
const training = ${pointLines(parts.train)};
const validation = ${pointLines(parts.validation.length > 0 ? parts.validation : parts.train)};

/** What the first layer sees of a point. */
const inputsOf = ([x, y]: number[]) => [${state.inputs.map((name) => expressions[name]).join(", ")}];

${datasetLines(state)}

const data = {
  train: dataset("training points", training),
  validation: dataset("validation points", validation),
};
// strict: the same bits on every machine, as in the page
const options = prepareFit(settings, data, wasmKernels({ threads: 1, strict: true }));
const { history } = await fit({
  ...options,
  onEpoch: ({ epoch, trainLoss, valScore }) => console.log(\`epoch \${epoch + 1}: loss \${trainLoss}, score \${valScore}\`),
});
console.log(\`loss of the last batch: \${history.loss.at(-1)}\`);
`;
}

/** Settings without effect if the layers are a list and the data is given. */
const unread: ReadonlySet<string> = new Set(["activation", "keepProb", "residual", "labels"]);

/** Options that are off, which the program leaves out. */
const isSaid = (value: unknown): boolean =>
  value !== undefined && value !== "none" && value !== 0 && JSON.stringify(value) !== '{"kind":"constant"}';

const pointLines = (points: readonly Point[]): string => {
  const texts = points.map((point) => JSON.stringify(point));
  const lines = Array.from({ length: Math.ceil(texts.length / 5) }, (_, i) => texts.slice(5 * i, 5 * i + 5).join(", "));
  return `[\n${lines.map((line) => `  ${line},`).join("\n")}\n]`;
};

function datasetLines(state: PlaygroundState): string {
  const names = JSON.stringify(outputNames(state));
  const targets =
    taskOf(state) === "numbers"
      ? "targets: points.map((point) => [point[2]])"
      : state.loss === "crossEntropy"
        ? "labels: points.map((point) => point[2])"
        : `targets: points.map((point) => labelNames.map((_, i) => (i === point[2] ? 1 : 0)))`;
  const kind = state.loss === "binaryCrossEntropy" ? `, kind: "labels"` : "";
  return `const labelNames = ${names};
const dataset = (name: string, points: number[][]) =>
  datasetOf({ name, labelNames, inputs: points.map(inputsOf), ${targets}${kind} });`;
}
