import { Command } from "commander";
import {
  HandgradError,
  type Kernels,
  type Model,
  openKernels,
  type Prediction,
  predictImages,
  predictTable,
  readImage,
  readModel,
  readTable,
  writeFileAtomic,
} from "../src/node.ts";
import { count, type KernelFlags, withKernels } from "./options.ts";

interface Flags extends KernelFlags {
  readonly top: number;
  readonly json?: boolean;
  readonly out?: string;
}

export function predictCommand(): Command {
  const command = new Command("predict")
    .description("the most probable labels of image files (JPEG, PNG, WebP; any size) or of the rows of a table (CSV)")
    .argument("<run>", "run folder or model file")
    .argument("<files...>", "image files, or tables with the columns that the model was trained on")
    .option("--top <n>", "labels to show for each", count, 5)
    .option("--json", "print JSON, a line for each image or row")
    .option("--out <file>", "of a table: write a CSV with the predictions there");
  return withKernels(command).action(predict);
}

async function predict(run: string, files: readonly string[], flags: Flags): Promise<void> {
  const model = readModel(run);
  const kernels = openKernels(flags);
  if (flags.out !== undefined && (files.length > 1 || !model.preprocessing)) {
    throw new HandgradError("--out takes the predictions of one table");
  }
  for (const file of files) {
    if (model.preprocessing) await predictRows(model, file, flags, kernels);
    else await predictImage(model, file, flags, kernels);
  }
  if (model.standIn) console.error("This model was trained on the procedural stand-in, not on photographs.");
  kernels.close();
}

async function predictImage(model: Model, image: string, { top, json }: Flags, kernels: Kernels): Promise<void> {
  const [height, width, channels] = model.inputShape;
  const pixels = await readImage(image, { height, width });
  const [ranking] = predictImages(model, [channels === 1 ? grayOf(pixels) : pixels], kernels);
  const labels = ranking.slice(0, top);
  if (json) {
    console.log(JSON.stringify({ image, labels }));
    return;
  }
  console.log(image);
  const length = Math.max(...labels.map(({ label }) => label.length));
  for (const { label, probability } of labels) {
    const bar = "█".repeat(Math.round(probability * 30));
    console.log(`  ${label.padEnd(length)}  ${percent(probability)}  ${bar}`);
  }
}

/** The brightness that eyes see (ITU-R BT.601), for models of one channel. */
function grayOf(rgb: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, i) =>
    Math.round(0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2]),
  );
}

const shownRows = 20;

async function predictRows(model: Model, file: string, { top, json, out }: Flags, kernels: Kernels): Promise<void> {
  const table = await readTable(file);
  const predictions = predictTable(model, table, kernels);
  const target = model.preprocessing?.target.name ?? "prediction";
  const ranking = (row: number): readonly Prediction[] =>
    predictions.kind === "category" ? predictions.rankings[row].slice(0, top) : [];
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  if (out !== undefined) {
    const lines =
      predictions.kind === "category"
        ? rows.map((row) => `${row + 2},${cell(ranking(row)[0].label)},${ranking(row)[0].probability.toFixed(4)}`)
        : rows.map((row) => `${row + 2},${predictions.values[row]}`);
    const header = predictions.kind === "category" ? `row,${cell(target)},probability` : `row,${cell(target)}`;
    await writeFileAtomic(out, `${[header, ...lines].join("\n")}\n`);
    console.log(`${rows.length} rows: ${out}`);
    return;
  }
  if (json) {
    for (const row of rows) {
      const answer = predictions.kind === "category" ? { labels: ranking(row) } : { value: predictions.values[row] };
      console.log(JSON.stringify({ file, row: row + 2, ...answer }));
    }
    return;
  }
  console.log(`${file}: ${target}`);
  for (const row of rows.slice(0, shownRows)) {
    const answer =
      predictions.kind === "category"
        ? ranking(row)
            .map(({ label, probability }) => `${label} ${percent(probability)}`)
            .join(",  ")
        : predictions.values[row].toPrecision(6);
    console.log(`  row ${String(row + 2).padStart(4)}  ${answer}`);
  }
  if (rows.length > shownRows)
    console.log(`  … ${rows.length - shownRows} more rows; --out FILE.csv or --json gives all`);
}

const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)} %`;

function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
