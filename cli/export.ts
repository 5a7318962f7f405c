import { Command, Option } from "commander";
import {
  exportModel,
  exportPytorch,
  exportTypescript,
  type ModelFormat,
  modelFormats,
  onnxValues,
  printable,
  readModel,
  SettingsError,
  writeFileAtomic,
} from "../src/node.ts";
import { plural } from "./describeData.ts";
import { exportHtml } from "./exportHtml.ts";

const formats = Object.keys(modelFormats) as ModelFormat[];

export function exportCommand(): Command {
  return new Command("export")
    .description("write a trained model in a format that other programs read, as code, or as a page that predicts")
    .argument("<run>", "run folder or model file")
    .addOption(
      new Option("--format <name>", "file format (default: from the name of --out)").choices([
        ...formats,
        "pytorch",
        "typescript",
      ]),
    )
    .option("--out <file>", "the file to write")
    .option("--raw", "leave out the preprocessing: the model takes encoded numbers, as the network does (ONNX)")
    .option("--html <file>", "write one HTML file that predicts in a browser, offline")
    .option("--title <text>", "headline of the HTML file")
    .action(exportRun);
}

interface ExportFlags {
  readonly format?: ModelFormat | "pytorch" | "typescript";
  readonly out?: string;
  readonly raw?: boolean;
  readonly html?: string;
  readonly title?: string;
}

async function exportRun(run: string, flags: ExportFlags): Promise<void> {
  const { format, raw, html, title } = flags;
  if (html !== undefined && (flags.out ?? format ?? raw) !== undefined)
    throw new SettingsError("--html: expected no --out, --format and --raw beside it; write one file at a time");
  const out = html ?? flags.out;
  if (out === undefined) throw new SettingsError("export: expected --out FILE or --html FILE");
  if (html !== undefined || (format === undefined && /\.html?$/i.test(out))) {
    if (raw) throw new SettingsError("--raw: expected the format onnx, found html");
    return exportHtml(run, out, title);
  }
  if (title !== undefined) throw new SettingsError("--title: expected --html beside it");
  const chosen = format ?? (out.endsWith(".ts") ? "typescript" : formats.find((name) => out.endsWith(`.${name}`)));
  if (!chosen) {
    const choices = [...formats, "ts", "html"].join(", ");
    throw new SettingsError(`${out}: the format (${choices}) is not clear from the name; add --format`);
  }
  if (raw && chosen !== "onnx") throw new SettingsError(`--raw: expected the format onnx, found ${chosen}`);
  const model = readModel(run);
  if (chosen === "pytorch") {
    const { bytes, code } = exportPytorch(model, { file: out });
    await writeFileAtomic(out, bytes);
    console.log(`${out}: weights for PyTorch, ${bytes.length.toLocaleString("en")} bytes\n\n${code}`);
    return;
  }
  if (chosen === "typescript") {
    const code = exportTypescript(model);
    await writeFileAtomic(out, code);
    console.log(`${out}: TypeScript, ${code.length.toLocaleString("en")} bytes; it predicts with the package handgrad`);
    return;
  }
  const options = raw ? { preprocessing: false } : {};
  const bytes = exportModel(model, chosen, options);
  await writeFileAtomic(out, bytes);
  const size = `${bytes.length.toLocaleString("en")} bytes`;
  const arrays = Object.values(model.parameters);
  const numbers = arrays.reduce((sum, array) => sum + array.size, 0);
  console.log(`${out}: ${chosen}, ${plural(numbers, "number")} in ${plural(arrays.length, "array")}, ${size}`);
  if (chosen !== "onnx") return;
  for (const [what, values] of Object.entries(onnxValues(model, options))) {
    for (const [i, { name, type, shape }] of values.entries())
      console.log(printable(`${(i === 0 ? what : "").padEnd(7)}  ${name}  ${type} (${shape.join(", ")})`));
  }
  if (model.network.dtype === "float64") console.error("note: ONNX files are float32");
}
