import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { ComparedRun } from "../../report/comparison.ts";
import { comparisonReport } from "../../report/comparisonReport.ts";
import { reportHtml } from "../../report/html.ts";
import { reportTypst } from "../../report/typst.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { type PdfOptions, writePdf } from "../pdf.ts";
import { labFile, readRecord } from "./runFolder.ts";

/**
 * The runs in the given folders. The folder of a lab stands for all runs in it: first those in `order`, in that order. Throws
 * DataError with the name of a damaged file.
 */
export function compareRuns(folders: readonly string[], order: readonly string[] = []): ComparedRun[] {
  const all = folders.flatMap((folder) => {
    if (!existsSync(join(folder, labFile))) return [folder];
    const runs = join(folder, "runs");
    const names = existsSync(runs) ? readdirSync(runs) : [];
    return names
      .sort((a, b) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1))
      .map((name) => join(runs, name));
  });
  const names = all.map((folder) => basename(folder));
  return all.map((folder, i) => {
    const clashes = names.filter((name) => name === names[i]).length > 1;
    return { name: clashes ? folder : names[i], ...readRecord(folder) };
  });
}

/** Writes report.html, report.pdf and results.json, and returns the paths of the files that were written. */
export async function writeComparison(
  folder: string,
  runs: readonly ComparedRun[],
  options: PdfOptions = {},
): Promise<readonly string[]> {
  const report = comparisonReport(runs);
  const contents: Record<string, string> = {
    "report.html": reportHtml(report),
    "results.json": `${JSON.stringify({ format: "handgrad comparison", version: 1, runs })}\n`,
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(contents)) await writeFileAtomic(join(folder, name), content);
  // last, because its compiler is not installed everywhere: after an error, everything else is written
  const pdf = await writePdf(join(folder, "report.pdf"), reportTypst(report), options);
  return [...Object.keys(contents).map((name) => join(folder, name)), ...pdf];
}
