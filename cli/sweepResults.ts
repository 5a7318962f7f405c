import { resolve } from "node:path";
import { Command } from "commander";
import {
  combinationName,
  type Metric,
  rankingTable,
  type SavedSweep,
  settingName,
  shellLine,
  summarizeSweep,
  sweepResults,
  writeSweepReport,
} from "../src/node.ts";
import { dataWords } from "./dataOptions.ts";
import { withoutPdf } from "./options.ts";
import { metricName, showScore } from "./showScore.ts";
import { formatTable } from "./table.ts";
import { type Settings, withSettings } from "./trainSettings.ts";

const rowsInTerminal = 20;

/** Prints the ranking and what to do next, and writes the report. */
export async function reportSweep(
  saved: SavedSweep,
  metric: Metric,
  { pdf }: { readonly pdf: boolean },
): Promise<void> {
  const data = saved.request.path ?? "CIFAR-100";
  const unranked = sweepResults(saved, { metric, data, next: "" });
  const { ranked, importance, diverged } = summarizeSweep(unranked);
  const best = saved.sweep.trials.find(({ combination }) => combination === ranked[0]?.combination);
  const next = best ? trainCommand(saved, best.given) : "";
  const results = { ...unranked, next };
  const summary = summarizeSweep(results);
  const { columns, rows } = rankingTable(summary, metric, rowsInTerminal);
  const all = ranked.length + diverged.length;
  console.log(`\n${formatTable(columns, rows)}${all > rows.length ? `\n… and ${all - rows.length} more` : ""}`);
  if (ranked[0])
    console.log(
      `\nbest: ${combinationName(ranked[0])}: validation ${metricName(metric)} ${showScore(metric, ranked[0].mean)}`,
    );
  else console.log("\nevery combination diverged: try lower learning rates");
  if (importance) {
    const shares = importance.map(({ name, share }) => `${settingName(name)} ${Math.round(100 * share)} %`);
    console.log(`importance: ${shares.join(", ")} of the variation in the scores`);
  }
  const files = await writeSweepReport(saved.folder, results, { pdf, ...withoutPdf });
  console.log("");
  for (const file of files) console.log(resolve(file));
  if (next)
    console.log(
      `\nnext:    ${next}\n         trains the best settings, and evaluates them once on the test rows, which no trial has used`,
    );
}

/** The command that trains with settings: as options where there are any, the rest as JSON. */
function trainCommand({ request, settings }: SavedSweep, given: Settings): string {
  const options = new Map(withSettings(new Command()).options.map((option) => [option.attributeName(), option]));
  const rest: Record<string, unknown> = {};
  const { path } = request;
  const words = dataWords(request);
  for (const [name, value] of Object.entries({ ...given, seed: settings.seeds[0] })) {
    const long = options.get(name)?.long;
    const sizes = Array.isArray(value) && value.every((each) => typeof each === "number");
    if (!long || (typeof value === "object" && !sizes) || typeof value === "boolean") rest[name] = value;
    else words.push(long, sizes ? (value as number[]).join(",") : String(value));
  }
  if (rest.flip === true) words.push("--flip");
  delete rest.flip;
  if (Object.keys(rest).length > 0) words.push("--settings", JSON.stringify(rest));
  return shellLine("handgrad", "train", ...(path === undefined ? [] : [path]), ...words);
}
