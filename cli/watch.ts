import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type DataSource,
  LiveRun,
  metricOf,
  type RunFolder,
  readRegularText,
  type SavedRun,
  type TrainSettings,
} from "../src/node.ts";
import { formatSeconds } from "./format.ts";
import { showScore } from "./showScore.ts";

interface Watched {
  readonly folder: RunFolder;
  readonly source: DataSource;
  readonly settings: TrainSettings;
  readonly saved: SavedRun | undefined;
}

/** The result of a run for its live page: the lines that the command printed. */
export interface WatchedEnd {
  readonly stopped: boolean;
  readonly lines: readonly string[];
}

/** Runs a training, with a live page if `--watch` is given. The page shows how the training ended and closes with it. */
export async function withLivePage(
  watch: boolean | undefined,
  { folder, source, settings, saved }: Watched,
  run: (live: LiveRun | undefined) => Promise<WatchedEnd>,
): Promise<void> {
  if (!watch) {
    await run(undefined);
    return;
  }
  const live = await LiveRun.start({
    name: `Training on ${source.name}`,
    settings,
    stepsPerEpoch: Math.floor(source.train.labels.length / settings.batchSize),
    metric: metricOf(source.train),
    history: saved?.state.history,
    bestScore: saved?.state.best?.score,
    showScore,
    showSeconds: formatSeconds,
    onStop: () => process.emit("SIGINT"), // as with Ctrl-C, the current step is finished, and a checkpoint is kept
  });
  console.log(`watch     ${live.url}`);
  const path = resolve(folder.path);
  try {
    const { stopped, lines } = await run(live);
    const line = stopped ? "Stopped. A checkpoint is kept." : "Finished.";
    await live.close({ line, text: lines.join("\n").trim(), report: reportOf(folder), path });
  } catch (error) {
    await live.close({ line: "Ended by an error.", text: (error as Error).message, report: undefined, path });
    throw error;
  }
}

function reportOf(folder: RunFolder): string | undefined {
  const file = join(folder.path, "report.html");
  return existsSync(file) ? readRegularText(file) : undefined;
}
