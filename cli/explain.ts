import { resolve } from "node:path";
import { Command, Option } from "commander";
import {
  activationNames,
  type DataRequest,
  type Dataset,
  type ExplainedArray,
  type Explanation,
  explainModel,
  explanationReport,
  kinkNote,
  layerFormulas,
  type Model,
  multilayerLayers,
  openData,
  printable,
  readModel,
  reportHtml,
  requestOf,
  SettingsError,
  testPart,
  worstError,
  writeFileAtomic,
  xorExample,
} from "../src/node.ts";
import { dataEvents } from "./loadData.ts";
import { matrixLines } from "./matrixLines.ts";
import { count, number } from "./numberOption.ts";
import { interruption } from "./options.ts";
import { printColoured } from "./output.ts";
import { formatTable } from "./table.ts";

interface Flags {
  readonly data?: string;
  readonly rows: readonly number[];
  readonly hidden: readonly number[];
  readonly activation: (typeof activationNames)[number];
  readonly entries: number;
  readonly seed: number;
  readonly html?: string;
}

/** handgrad explain: one batch through a network, forward and backward, with numbers, colours, formulas and gradient checks. */
export function explainCommand(): Command {
  return new Command("explain")
    .description(
      "show one batch pass through a network, forward and backward: values, formula and gradients of each layer, checked against central differences",
    )
    .argument("[model]", "run folder or model file (default: a small random network on the XOR data)")
    .option("--data <path>", "where the model's data is now (default: where it was in training)")
    .option("--rows <list>", "rows of the test part, numbered from 0", rowNumbers, [0, 1, 2, 3])
    .option("--hidden <sizes>", "without a model: sizes of the hidden layers", rowNumbers, [3])
    .addOption(
      new Option("--activation <name>", "without a model: activation between layers")
        .choices(activationNames)
        .default("gelu"),
    )
    .option("--entries <n>", "entries to check in each gradient", count, 4)
    .option(
      "--seed <n>",
      "seed for weights, dropout masks and the checked entries",
      number({ minimum: 0, whole: true }),
      1,
    )
    .option("--html <file>", "write an HTML page instead")
    .addHelpText(
      "after",
      "\nExamples:\n  handgrad explain\n  handgrad explain runs/iris --rows 0,7 --html explained.html",
    )
    .action(explain);
}

async function explain(path: string | undefined, flags: Flags): Promise<void> {
  const { model, dataset } = path === undefined ? example(flags) : await openModel(path, flags);
  const { rows, entries, seed } = flags;
  const explanation = explainModel(model, dataset, { rows, entries, seed });
  const subtitle = `${dataset.name}, ${rows.length === 1 ? "row" : "rows"} ${rows.join(", ")}`;
  if (flags.html === undefined) {
    printColoured(explanationLines(explanation, printable(subtitle)));
    return;
  }
  const title = path === undefined ? "One batch through a network" : `One batch through ${path}`;
  await writeFileAtomic(flags.html, reportHtml(explanationReport(explanation, { title, subtitle })));
  console.log(resolve(flags.html));
}

function example({ hidden, activation, seed }: Flags) {
  const [, ...layers] = multilayerLayers({ sizes: [2, ...hidden, 2], activation, initializer: "xavier" }); // rows need no flattening
  return xorExample(layers, seed);
}

async function openModel(path: string, { data }: Flags): Promise<{ model: Model; dataset: Dataset }> {
  const model = readModel(path);
  const request: DataRequest = { ...requestOf(model), ...(data !== undefined && { path: data }) };
  const source = await openData(request, { ...dataEvents(), signal: interruption() });
  return { model, dataset: await testPart(source) };
}

function explanationLines(explanation: Explanation, subtitle: string): string[] {
  const lines = [subtitle];
  explanation.layers.forEach(({ name, kind, input, output, parameters }, i) => {
    const [forward, backward] = (layerFormulas as Record<string, { lines: readonly [string, string] }>)[kind]
      ?.lines ?? ["", ""];
    lines.push("", `${i + 1}  ${name === kind ? kind : `${printable(name)} (${kind})`}`, `   forward   ${forward}`);
    lines.push(...matrixLines("x", input.value));
    for (const { name: key, value } of parameters) lines.push(...matrixLines(key, value));
    lines.push(...matrixLines("y", output.value), `   backward  ${backward}`, ...matrixLines("dy", output.gradient));
    for (const { name: key, gradient } of parameters) lines.push(...matrixLines(`d${key}`, gradient));
    lines.push(...matrixLines("dx", input.gradient), ...checkLines([input, ...parameters]));
  });
  const error = worstError(explanation).toExponential(1);
  lines.push(
    "",
    `loss ${explanation.loss.toPrecision(8)} (${explanation.lossKind})`,
    `largest relative error of a gradient: ${error}`,
  );
  if (worstError(explanation) > 1e-4) lines.push(kinkNote);
  return lines;
}

function checkLines(arrays: readonly ExplainedArray[]): string[] {
  const rows = arrays.flatMap(({ name, checked }) =>
    checked.map(({ index, analytic, numerical, error }) => [
      `d${name}[${index.join(", ")}]`,
      analytic.toPrecision(8),
      numerical.toPrecision(8),
      error.toExponential(1),
    ]),
  );
  const table = formatTable(["check", "backward", "differences", "relative error"], rows);
  return table.split("\n").map((line) => `   ${line}`);
}

function rowNumbers(text: string): number[] {
  const numbers = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.some((each) => Number.isNaN(each)))
    throw new SettingsError(`--rows, --hidden: expected whole numbers such as 0,1,2, found ${text}`);
  return numbers;
}
