import { Command, Option } from "commander";
import {
  createRunFolder,
  exportModel,
  importModel,
  type ModelFormat,
  modelFormats,
  onnxValues,
  printable,
  readModel,
  readRegularFile,
  SettingsError,
  shellLine,
  writeFileAtomic,
  writeModel,
} from "../src/node.ts";
import { plural } from "./describeData.ts";

const formats = Object.keys(modelFormats) as ModelFormat[];

export function exportCommand(): Command {
  return new Command("export")
    .description("write a trained model in a format that others read")
    .argument("<run>", "run folder or model file")
    .addOption(new Option("--format <name>", "(default: by the name of the file)").choices(formats))
    .requiredOption("--out <file>", "the file to write")
    .option("--raw", "of ONNX: without the preprocessing; its input is what the network takes, as encoded numbers")
    .action(exportRun);
}

interface ExportFlags {
  readonly format?: ModelFormat;
  readonly out: string;
  readonly raw?: boolean;
}

async function exportRun(run: string, { format, out, raw }: ExportFlags): Promise<void> {
  const chosen = format ?? formats.find((name) => out.endsWith(`.${name}`));
  if (!chosen) throw new SettingsError(`${out}: its name does not say which format; add --format ${formats.join("|")}`);
  const model = readModel(run);
  if (raw && chosen !== "onnx") throw new SettingsError(`--raw: expected the format onnx, found ${chosen}`);
  const options = raw ? { preprocessing: false } : {};
  const bytes = exportModel(model, chosen, options);
  await writeFileAtomic(out, bytes);
  console.log(
    `${out}: ${chosen}, ${Object.keys(model.parameters).length} parameters, ${bytes.length.toLocaleString("en")} bytes`,
  );
  if (chosen !== "onnx") return;
  for (const [what, values] of Object.entries(onnxValues(model, options))) {
    for (const [i, { name, type, shape }] of values.entries())
      console.log(printable(`${(i === 0 ? what : "").padEnd(7)}  ${name}  ${type} (${shape.join(", ")})`));
  }
  if (model.network.dtype === "float64") console.error("note: ONNX files are float32");
}

export function importCommand(): Command {
  return new Command("import")
    .description("make a run folder from a model in any of the formats that export writes")
    .argument("<file>", formats.join(", "))
    .option("--out <dir>", "the run folder (default: a new one in runs/)")
    .action(importFile);
}

async function importFile(file: string, { out }: { out?: string }): Promise<void> {
  const model = await importModel(readRegularFile(file), { name: file });
  const folder = out ?? createRunFolder("runs", "imported", new Date());
  await writeModel(folder, model);
  console.log(
    `${folder}: ${plural(model.network.layers.length, "layer")}, ${plural(model.labelNames.length, "label")}`,
  );
  const [, , channels] = model.network.inputShape;
  const example = channels === undefined ? "NEW.csv" : "IMAGE.png";
  console.log(`next:    ${shellLine("handgrad", "predict", folder, example)}`);
}
