import { join } from "node:path";
import { reportHtml } from "../../report/html.ts";
import { parallelCoordinatesSvg } from "../../report/parallelCoordinates.ts";
import { sweepFigure, sweepReport } from "../../report/sweepReport.ts";
import { type SweepResults, summarizeSweep } from "../../report/sweepSummary.ts";
import { reportTypst } from "../../report/typst.ts";
import type { Metric } from "../../training/history.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { type PdfOptions, writePdf } from "../pdf.ts";
import { readRecord } from "./runFolder.ts";
import { divergence, type SavedSweep, sweepLosses, sweepProgress, trialFolder } from "./sweepFolder.ts";

/** The contents of a sweep folder, for its report. */
export function sweepResults(
  saved: SavedSweep,
  { metric, next, data }: { readonly metric: Metric; readonly next: string; readonly data: string },
): SweepResults {
  return {
    ...{ sweep: saved.sweep, metric, data, next, progress: sweepProgress(saved), losses: sweepLosses(saved) },
    diverged: saved.sweep.trials.filter((trial) => divergence(saved, trial) !== undefined),
    historyOf: (trial) => readRecord(trialFolder(saved, trial)),
  };
}

/** Writes report.html, parallel.svg, results.json and, with `pdf`, report.pdf to the folder of the sweep, and returns their paths. */
export async function writeSweepReport(
  folder: string,
  results: SweepResults,
  { pdf, ...options }: PdfOptions & { readonly pdf: boolean },
): Promise<readonly string[]> {
  const summary = summarizeSweep(results);
  const report = sweepReport(results, summary);
  const { sweep, metric, data, next } = results;
  const numbers = { format: "handgrad sweep results", version: 1, data, metric, settings: sweep.settings, next };
  const { names, rows, scoreName, description } = sweepFigure(results, summary);
  const lines = rows.map(({ values, score }) => ({
    values: Object.fromEntries(names.map((name, i) => [name, values[i]])),
    score,
  }));
  const contents: Record<string, string> = {
    "report.html": reportHtml(report),
    ...(rows.length > 0 && { "parallel.svg": parallelCoordinatesSvg(lines, { title: description, scoreName }) }),
    "results.json": `${JSON.stringify({ ...numbers, ...summary })}\n`,
  };
  for (const [name, content] of Object.entries(contents)) await writeFileAtomic(join(folder, name), content);
  const written = pdf ? await writePdf(join(folder, "report.pdf"), reportTypst(report), options) : [];
  return [...Object.keys(contents).map((name) => join(folder, name)), ...written];
}
