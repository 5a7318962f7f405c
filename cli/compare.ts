import { resolve } from "node:path";
import { Command } from "commander";
import { runTitles } from "../assignment/node.ts";
import {
  comparableGroups,
  compareRuns,
  comparisonTable,
  createRunFolder,
  groupRuns,
  seedsTable,
  writeComparison,
} from "../src/node.ts";
import { withoutPdf } from "./options.ts";
import { formatTable } from "./table.ts";

export function compareCommand(): Command {
  return new Command("compare")
    .description(
      "compare runs: print a table and write a report with curves; runs that differ only in the seed are shown as mean and band",
    )
    .argument("<runs...>", "run folders; a lab folder means all of its runs")
    .option("--out <dir>", "folder for the report (default: a new one in comparisons/)")
    .action(compare);
}

async function compare(folders: readonly string[], { out }: { readonly out?: string }): Promise<void> {
  const runs = compareRuns(folders, Object.keys(runTitles));
  const groups = comparableGroups(runs);
  for (const [i, { title, reason, runs: members }] of groups.entries()) {
    if (reason !== undefined) console.log(`${i > 0 ? "\n" : ""}${title}\n${reason}`);
    const table = comparisonTable(members);
    console.log(formatTable(table.columns, table.rows));
    const seeds = seedsTable(groupRuns(members));
    if (seeds.rows.length > 0) console.log(`\nmean ± standard deviation\n${formatTable(seeds.columns, seeds.rows, 2)}`);
  }
  const folder = out ?? createRunFolder("comparisons", "comparison", new Date());
  const files = await writeComparison(folder, runs, withoutPdf);
  console.log("");
  for (const file of files) console.log(resolve(file));
}
