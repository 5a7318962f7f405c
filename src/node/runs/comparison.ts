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
 * The runs in folders; the folder of a lab means all runs in it, those named in `order` first, in that order.
 * Throws DataError that names a damaged file.
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

/** report.html, report.pdf and results.json with the numbers of both; returns the paths of those that were written. */
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
  // last, because its compiler is not installed everywhere: the error then finds everything else written
  const pdf = await writePdf(join(folder, "report.pdf"), reportTypst(report), options);
  return [...Object.keys(contents).map((name) => join(folder, name)), ...pdf];
}
