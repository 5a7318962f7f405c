import { Command } from "commander";
import { findRawImages, openKernels, readModel, SettingsError } from "../src/node.ts";
import { type JsonFlag, withJson } from "./json.ts";
import { count } from "./numberOption.ts";
import { type KernelFlags, precisionOption, withKernels } from "./options.ts";
import { type Answers, arrayAnswers, pictureAnswers, tableAnswers } from "./predictAnswers.ts";
import { csvWriter, jsonWriter, type PredictionWriter, textWriter } from "./predictOutput.ts";

interface Flags extends KernelFlags, JsonFlag {
  readonly top: number;
  readonly out?: string;
  readonly keep?: string;
}

export function predictCommand(): Command {
  const command = new Command("predict")
    .description("predict labels or numbers for images or table rows with a trained model")
    .argument("<run>", "run folder or model file")
    .argument(
      "<data...>",
      "tables with the columns of the training data (`-` is standard input), images, folders or ZIPs of images",
    )
    .option("--top <n>", "labels to show for each row or image, most probable first", count, 5)
    .option("--out <file>", "write CSV with the prediction and a probability for each class; `-` is standard output")
    .option("--keep <columns>", "also write these columns of the input, such as a,b, or `all` (tables)");
  return withKernels(withJson(command, "one line of JSON per row or image").addOption(precisionOption()))
    .addHelpText("after", examples)
    .action(predict);
}

const examples = `
Examples:
  Show the predictions for rows, or for images of any size:
  $ handgrad predict runs/plants-csv-… new.csv
  $ handgrad predict runs/pictures-… cat.jpg more/

  Write them beside the rows that were read:
  $ handgrad predict runs/plants-csv-… new.csv --out out.csv --keep all

  Read a pipe and write a pipe:
  $ cat new.csv | handgrad predict model.safetensors - --json | jq .labels

The CSV has the columns row, those of --keep, the prediction, its probability,
and "probability CLASS" for each class. Rows of text files are numbered by
their line in the file, rows of arrays from 0. A text that a spreadsheet
would run as a formula gets a leading '. Labels in the data are not used:
\`handgrad evaluate\` scores predictions.`;

async function predict(run: string, paths: readonly string[], flags: Flags): Promise<void> {
  const { out, json, keep, top } = flags;
  if (out !== undefined && json !== undefined)
    throw new SettingsError("--out: expected --out (CSV) or --json (JSON), found both");
  const model = readModel(run);
  if (keep !== undefined && !model.preprocessing)
    throw new SettingsError("--keep: expected a model for tables, found one for images");
  const kernels = openKernels(flags);
  const several = paths.length > 1;
  const writer: PredictionWriter =
    out !== undefined
      ? csvWriter(out, { several })
      : json !== undefined
        ? jsonWriter(json, { top })
        : textWriter({ top });
  const answers: AsyncIterable<Answers> | Iterable<Promise<Answers>> = model.preprocessing
    ? paths.map((path) => tableAnswers(model, path, { run, kernels, keep }))
    : imageAnswers();
  async function* imageAnswers() {
    const found = await Promise.all(paths.map(findRawImages)); // all are found before the first prediction
    for (const images of found) {
      if (images.kind === "pictures") {
        const single = !several && images.count === 1;
        yield* pictureAnswers(model, images.pictures, { kernels, single });
      } else for (const file of images.files) yield await arrayAnswers(model, file, kernels);
    }
  }
  for await (const each of answers) writer.add(each);
  await writer.end();
  if (model.standIn) console.error("note: this model was trained on the procedural stand-in, not on photographs");
  kernels.close();
}
