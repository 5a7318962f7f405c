import { Command } from "commander";
import {
  csvCell,
  findRawImages,
  HandgradError,
  imagePredictor,
  type Kernels,
  type Model,
  openKernels,
  type Prediction,
  predictTable,
  printable,
  readImageArrays,
  readModel,
  readOptionsOfModel,
  readPicture,
  readTable,
  requestOf,
  type TablePredictions,
  writeFileAtomic,
} from "../src/node.ts";
import { count, type KernelFlags, withKernels } from "./options.ts";
import { jsonText } from "./output.ts";

interface Flags extends KernelFlags {
  readonly top: number;
  readonly json?: boolean;
  readonly out?: string;
}

export function predictCommand(): Command {
  const command = new Command("predict")
    .description(
      "the most probable labels of images (JPEG, PNG, WebP of any size, or .npz, MNIST, CIFAR-10) or of the rows of a table (CSV, .npz)",
    )
    .argument("<run>", "run folder or model file")
    .argument("<files...>", "images, folders of images, or tables with the columns that the model was trained on")
    .option("--top <n>", "labels to show for each", count, 5)
    .option("--json", "print JSON, a line for each image or row")
    .option(
      "--out <file>",
      "of rows: write a CSV with the predictions there; a text that a spreadsheet would run as a formula gets a ' in front",
    );
  return withKernels(command).action(predict);
}

async function predict(run: string, paths: readonly string[], flags: Flags): Promise<void> {
  const model = readModel(run);
  const kernels = openKernels(flags);
  const inputs = model.preprocessing ? [{ kind: "table", files: paths } as const] : paths.map(findRawImages);
  const files = inputs.flatMap((input) => input.files.map((file) => ({ kind: input.kind, file })));
  if (flags.out !== undefined && (files.length > 1 || files[0].kind === "pictures")) {
    throw new HandgradError("--out takes the predictions of one file with rows: a table, .npz, MNIST or CIFAR-10");
  }
  if (model.preprocessing) {
    for (const { file } of files) await writeRows(file, await tableAnswers(model, file, kernels), flags);
  } else {
    const rank = imagePredictor(model, kernels);
    const { pixelRange } = requestOf(model);
    const arrays = { pixelRange, onWarning: (message: string) => console.error(`warning: ${message}`) };
    for (const { kind, file } of files) {
      if (kind === "pictures") showPicture(file, rank([await readPicture(file, model.network.inputShape)])[0], flags);
      else
        await writeRows(file, arrayAnswers(rank(await readImageArrays(file, model.network.inputShape, arrays))), flags);
    }
  }
  if (model.standIn) console.error("This model was trained on the procedural stand-in, not on photographs.");
  kernels.close();
}

function showPicture(image: string, ranking: readonly Prediction[], { top, json }: Flags): void {
  const best = ranking.slice(0, top);
  if (json) {
    console.log(jsonText({ image, labels: best }));
    return;
  }
  console.log(printable(image));
  const labels = best.map(({ label, probability }) => ({ label: printable(label), probability }));
  const length = Math.max(...labels.map(({ label }) => label.length));
  for (const { label, probability } of labels) {
    const bar = "█".repeat(Math.round(probability * 30));
    console.log(`  ${label.padEnd(length)}  ${percent(probability)}  ${bar}`);
  }
}

/** Answers for the rows of a file. */
interface Answers {
  readonly predictions: TablePredictions;
  /** what was predicted */
  readonly target: string;
  /** what the first row is called: 2 in a text with a header, 0 in arrays */
  readonly first: number;
}

function arrayAnswers(rankings: Prediction[][]): Answers {
  return { predictions: { kind: "category", rankings }, target: "label", first: 0 };
}

async function tableAnswers(model: Model, file: string, kernels: Kernels): Promise<Answers> {
  const options = model.preprocessing && readOptionsOfModel(model.preprocessing);
  const predictions = predictTable(model, await readTable(file, options), kernels);
  const target = model.preprocessing?.target.name ?? "label";
  return { predictions, target, first: /\.np[yz]$/i.test(file) ? 0 : 2 };
}

const shownRows = 20;

async function writeRows(file: string, answers: Answers, { top, json, out }: Flags): Promise<void> {
  const { predictions, target, first } = answers;
  const ranking = (row: number): readonly Prediction[] =>
    predictions.kind === "category" ? predictions.rankings[row].slice(0, top) : [];
  const count = predictions.kind === "category" ? predictions.rankings.length : predictions.values.length;
  const rows = Array.from({ length: count }, (_, row) => row);
  if (out !== undefined) {
    const lines =
      predictions.kind === "category"
        ? rows.map(
            (row) => `${row + first},${csvCell(ranking(row)[0].label)},${ranking(row)[0].probability.toFixed(4)}`,
          )
        : rows.map((row) => `${row + first},${predictions.values[row]}`);
    const header = predictions.kind === "category" ? `row,${csvCell(target)},probability` : `row,${csvCell(target)}`;
    await writeFileAtomic(out, `${[header, ...lines].join("\n")}\n`);
    console.log(`${rows.length} rows: ${out}`);
    return;
  }
  if (json) {
    for (const row of rows) {
      const answer = predictions.kind === "category" ? { labels: ranking(row) } : { value: predictions.values[row] };
      console.log(jsonText({ file, row: row + first, ...answer }));
    }
    return;
  }
  console.log(printable(`${file}: ${target}`));
  for (const row of rows.slice(0, shownRows)) {
    const answer =
      predictions.kind === "category"
        ? ranking(row)
            .map(({ label, probability }) => `${printable(label)} ${percent(probability)}`)
            .join(",  ")
        : predictions.values[row].toPrecision(6);
    console.log(`  row ${String(row + first).padStart(4)}  ${answer}`);
  }
  if (rows.length > shownRows)
    console.log(`  … ${rows.length - shownRows} more rows; --out FILE.csv or --json gives all`);
}

const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)} %`;
