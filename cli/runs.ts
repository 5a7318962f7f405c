import { Command } from "commander";
import { describeLayers, type ListedRun, listRuns, outcomeOf, type RunRecord, shellLine } from "../src/node.ts";
import { formatSeconds } from "./format.ts";
import { type JsonFlag, withJson, writeJson } from "./json.ts";
import { metricName, showScore } from "./showScore.ts";
import { formatTable } from "./table.ts";

export function runsCommand(): Command {
  const command = new Command("runs")
    .description("list all runs, and what is wrong with damaged ones")
    .option("--dir <dir>", "folder of runs", "runs");
  return withJson(command, "as JSON, for scripts").action(list);
}

async function list({ dir, json }: JsonFlag & { readonly dir: string }): Promise<void> {
  const runs = listRuns(dir);
  if (json !== undefined) return writeJson(json, runs.map(summary), 2);
  if (runs.length === 0) console.log(`no runs in ${dir}; \`handgrad train\` and \`handgrad lab problem1\` create them`);
  const rows = runs
    .filter((run) => run.kind === "run")
    .map(({ folder, record }) => {
      const { bestEpoch, epochs, best, validation } = outcomeOf(record);
      const { optimizer, learningRate, seed } = record.config;
      const settings = `${describeLayers(record.config)}, ${optimizer} ${learningRate}, seed ${seed}`;
      const show = (score: number | undefined) => (score === undefined ? "–" : showScore(record.metric, score));
      const notes = [record.standIn ? "stand-in" : "", endOf(record)].filter(Boolean).join(", ");
      return [
        folder,
        settings,
        `${bestEpoch ?? "–"} of ${epochs}`,
        metricName(record.metric),
        show(best),
        show(validation),
        formatSeconds(record.seconds),
        notes,
      ];
    });
  if (rows.length > 0) {
    console.log(
      formatTable(["run", "settings", "best epoch", "metric", "best val.", "last val.", "time", ""], rows, 2),
    );
  }
  for (const run of runs) {
    if (run.kind === "lab")
      console.log(`${run.folder}: lab, ${run.complete ? "complete" : `stopped after ${run.done} steps`}`);
  }
  for (const run of runs) {
    if (run.kind === "crossValidation")
      console.log(`${run.folder}: cross-validation without a model on all rows; its report is in the folder`);
  }
  for (const run of runs) {
    if (run.kind === "unfinished")
      console.log(
        `${run.folder}: running, or stopped; continue with: ${shellLine("handgrad", "train", "--resume", run.folder)}`,
      );
  }
  for (const run of runs) if (run.kind === "damaged") console.error(`damaged: ${run.error.message}`);
}

const endOf = ({ failure, stopped }: RunRecord) => (failure !== undefined ? "diverged" : stopped ? "stopped" : "");

function summary(run: ListedRun): object {
  switch (run.kind) {
    case "run": {
      const { loss, trainScore: _train, valScore: _val, ...rest } = run.record;
      return {
        kind: run.kind,
        folder: run.folder,
        iterations: loss.length,
        ...rest,
        ...outcomeOf(run.record), // last: epochs are counted from 1 here, in the record from 0
      };
    }
    case "lab":
    case "unfinished":
    case "crossValidation":
      return run;
    case "damaged":
      return { kind: run.kind, folder: run.folder, error: run.error.message };
  }
}
