import { Command } from "commander";
import { type ListedRun, listRuns, outcomeOf, shellLine } from "../src/node.ts";
import { formatSeconds, percent } from "./format.ts";
import { jsonText } from "./output.ts";
import { formatTable } from "./table.ts";

export function runsCommand(): Command {
  return new Command("runs")
    .description("list the runs that there are, damaged ones with what is wrong with them")
    .option("--dir <dir>", "folder of runs", "runs")
    .option("--json", "as JSON, for scripts")
    .action(list);
}

const shareOrDash = (share: number | undefined): string => (share === undefined ? "–" : percent(share));

function list({ dir, json }: { readonly dir: string; readonly json?: boolean }): void {
  const runs = listRuns(dir);
  if (json) {
    console.log(jsonText(runs.map(summary), 2));
    return;
  }
  if (runs.length === 0) console.log(`no runs in ${dir}; \`handgrad train\` and \`handgrad lab problem1\` make some`);
  const rows = runs
    .filter((run) => run.kind === "run")
    .map(({ folder, record }) => {
      const { bestEpoch, epochs, best, validation } = outcomeOf({ name: folder, ...record });
      const { layers, optimizer, learningRate, seed } = record.config;
      const settings = `${layers.join("-")} ${optimizer} ${learningRate} seed ${seed}`;
      const notes = [record.standIn ? "stand-in" : "", record.stopped ? "stopped" : ""].filter(Boolean).join(", ");
      return [
        folder,
        settings,
        `${bestEpoch ?? "–"} of ${epochs}`,
        shareOrDash(best),
        shareOrDash(validation),
        formatSeconds(record.seconds),
        notes,
      ];
    });
  if (rows.length > 0) {
    console.log(formatTable(["run", "settings", "best epoch", "best val.", "last val.", "time", ""], rows, 2));
  }
  for (const run of runs) {
    if (run.kind === "lab")
      console.log(`${run.folder}: lab, ${run.complete ? "complete" : `stopped after ${run.done} steps`}`);
  }
  for (const run of runs) {
    if (run.kind === "unfinished")
      console.log(
        `${run.folder}: under way, or killed; \`handgrad train\` or \`fit\` goes on with it: ${shellLine("--resume", run.folder)}`,
      );
  }
  for (const run of runs) if (run.kind === "damaged") console.error(`damaged: ${run.error.message}`);
}

function summary(run: ListedRun): object {
  switch (run.kind) {
    case "run": {
      const { loss, trainAccuracy: _train, valAccuracy: _val, ...rest } = run.record;
      return {
        kind: run.kind,
        folder: run.folder,
        iterations: loss.length,
        ...outcomeOf({ name: run.folder, ...run.record }),
        ...rest,
      };
    }
    case "lab":
    case "unfinished":
      return run;
    case "damaged":
      return { kind: run.kind, folder: run.folder, error: run.error.message };
  }
}
