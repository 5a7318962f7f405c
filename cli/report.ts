import { join, resolve } from "node:path";
import { Command } from "commander";
import { LabFolder, writeProblem1Reports } from "../assignment/node.ts";
import { HandgradError, writeRunReport } from "../src/node.ts";
import { withoutPdf } from "./options.ts";

export function reportCommand(): Command {
  return new Command("report")
    .description("write reports of runs again as HTML and PDF, without the data; for a lab also the notebooks")
    .argument("<runs...>", "folders of runs or labs; each gets its own report")
    .action(report);
}

/** If a run cannot be read, the reports of the others are still written. */
async function report(folders: readonly string[]): Promise<void> {
  const errors: HandgradError[] = [];
  for (const folder of folders) {
    try {
      for (const file of await reportOf(folder)) console.log(resolve(file));
    } catch (error) {
      if (!(error instanceof HandgradError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new HandgradError(errors.map(({ message }) => message).join("\n"));
}

async function reportOf(folder: string): Promise<readonly string[]> {
  if (new LabFolder(folder).exists) {
    return [join(folder, "results.json"), ...(await writeProblem1Reports(folder, withoutPdf))];
  }
  return writeRunReport(folder, { pdf: true, ...withoutPdf });
}
