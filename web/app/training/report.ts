import { DataError, type RunFiles } from "handgrad";
import { readStoredRun } from "./runStore.ts";

// The library writes the reports; its code is loaded with the first one.

/** Writes report.html to the folder of a run, as the command does. Throws DataError if there is no record. */
export async function writeReport(files: RunFiles): Promise<void> {
  await files.write("report.html", await reportOf(files));
}

/** The report of a stored run as one HTML page. Throws DataError if there is no record. */
export async function reportOf(files: RunFiles): Promise<string> {
  const { runReport, reportHtml } = await import("handgrad/report");
  const { record, evaluation, problems } = await readStoredRun(files);
  if (!record)
    throw new DataError(
      `${files.folder}: there is no report before the run has ended or was paused${because(problems)}`,
    );
  return reportHtml(runReport({ ...record, name: files.folder, evaluation }));
}

/** The comparison of several stored runs as one HTML page. Throws DataError that names a run without a record. */
export async function comparisonOf(all: readonly RunFiles[]): Promise<string> {
  const { comparisonReport, reportHtml } = await import("handgrad/report");
  const runs = await Promise.all(
    all.map(async (files) => {
      const { record, problems } = await readStoredRun(files);
      if (record) return { name: files.folder, ...record };
      throw new DataError(`${files.folder}: it has no results yet; pause it or let it end first${because(problems)}`);
    }),
  );
  return reportHtml(comparisonReport(runs));
}

const because = (problems: readonly string[]) => (problems.length > 0 ? `: ${problems.join("; ")}` : "");
