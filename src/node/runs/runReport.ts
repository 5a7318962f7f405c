import { existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseRunEvaluation, type RunEvaluation } from "../../experiments/evaluation/runEvaluation.ts";
import { reportHtml } from "../../report/html.ts";
import { runReport } from "../../report/run/runReport.ts";
import { reportTypst } from "../../report/typst.ts";
import { encodeEvaluation, evaluationFile, evaluationVersion } from "../../runs/evaluationFile.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { readJsonFile } from "../jsonFile.ts";
import { type PdfOptions, writePdf } from "../pdf.ts";
import { readRecord } from "./runFolder.ts";

/** Writes the contents of a report other than the history, so that `report` needs neither the data nor the model. */
export async function writeEvaluation(folder: string, evaluation: RunEvaluation): Promise<void> {
  await writeFileAtomic(join(folder, evaluationFile), encodeEvaluation(evaluation));
}

/**
 * The stored evaluation; undefined if the run has none, because it is of version 0.1 or was killed. Throws DataError with the
 * name of a damaged file.
 */
export function readEvaluation(folder: string): RunEvaluation | undefined {
  const file = join(folder, evaluationFile);
  if (!existsSync(file)) return undefined;
  return parseRunEvaluation(readJsonFile(file, { version: evaluationVersion }), { name: file });
}

export interface ReportOptions extends PdfOptions {
  /** also writes report.pdf; the compiler must be installed */
  readonly pdf?: boolean | undefined;
}

/** Writes report.html and, with `pdf`, report.pdf from the files in a run folder. Returns the paths of the files that were written. */
export async function writeRunReport(folder: string, { pdf, ...options }: ReportOptions = {}): Promise<string[]> {
  const evaluation = readEvaluation(folder);
  const report = runReport({ ...readRecord(folder), name: basename(resolve(folder)), evaluation });
  const page = join(folder, "report.html");
  await writeFileAtomic(page, reportHtml(report));
  // last, because its compiler is not installed everywhere: after an error, everything else is written
  return pdf ? [page, ...(await writePdf(join(folder, "report.pdf"), reportTypst(report), options))] : [page];
}

/** "Node 26.1.0 on linux-x64, 2 × Intel Xeon, 8 GB" */
export function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim().replaceAll(/\s+/g, " ");
  const memory = `${Math.round(totalmem() / 1e9)} GB`;
  const cores = model ? `, ${processors.length} × ${model}` : "";
  return `Node ${process.versions.node} on ${process.platform}-${process.arch}${cores}, ${memory}`;
}
