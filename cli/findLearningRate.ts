import { join, resolve } from "node:path";
import {
  createRunFolder,
  type DataSource,
  describeLayers,
  figureSvg,
  type Kernels,
  type LearningRateTest,
  learningRateFigure,
  learningRateReport,
  prepareRun,
  reportHtml,
  SettingsError,
  shellLine,
  standaloneTheme,
  type TrainSettings,
  testLearningRates,
  writeFileAtomic,
} from "../src/node.ts";
import { jsonText, printData } from "./output.ts";
import { sparkline } from "./sparkline.ts";

interface Job {
  readonly source: DataSource;
  readonly settings: TrainSettings;
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  readonly flags: { readonly out?: string; readonly json?: string };
  readonly name: string;
  /** whether `train` without settings would train an ensemble on this data */
  readonly besideEnsemble: boolean;
}

/** `train --find-learning-rate`: the range test as figure and in the terminal, with the command that uses its suggestion. */
export async function findLearningRate({
  source,
  settings,
  kernels,
  signal,
  flags,
  name,
  besideEnsemble,
}: Job): Promise<LearningRateTest> {
  const test = await testLearningRates({ ...prepareRun(source, settings, kernels), signal });
  const next = test.suggestion === undefined ? "" : nextCommand(test.suggestion);
  const folder = flags.out ?? createRunFolder("learning-rates", name, new Date());
  const svg = figureSvg(learningRateFigure(test), standaloneTheme).replace(
    "</title>",
    '</title><rect width="100%" height="100%" style="fill:#fff"/>',
  );
  const results = `${JSON.stringify({ format: "handgrad learning-rate test", version: 1, settings, ...test })}\n`;
  const files = {
    "learning-rate.svg": svg,
    "report.html": reportHtml(learningRateReport(test, { data: source.name, next })),
    "results.json": results,
  };
  for (const [file, content] of Object.entries(files)) await writeFileAtomic(join(folder, file), content);
  if (flags.json === "-") printData(jsonText(JSON.parse(results)));
  else if (flags.json !== undefined) await writeFileAtomic(flags.json, results);
  console.log(
    `\nnetwork: ${describeLayers(settings)}${besideEnsemble ? " (not the default ensemble, which has a learning rate of its own)" : ""}`,
  );
  for (const line of testLines(test)) console.log(line);
  console.log("");
  for (const file of Object.keys(files)) console.log(resolve(folder, file));
  if (next) console.log(`next:    ${next}`);
  return test;
}

/** The smoothed loss as a line of blocks over the learning rate, and what is suggested. */
function testLines({ rates, smoothed, steepest, suggestion, diverged }: LearningRateTest): string[] {
  if (rates.length === 0)
    return ["\nthe loss is not finite in the first step: lower --init-scale, or check the data for extreme values"];
  const width = 60;
  // The axis ends where the loss is as high as it was at first; above that it only diverges
  const start = smoothed[Math.min(10, smoothed.length - 1)];
  const shown = smoothed.map((value) => Math.min(value, 1.3 * start));
  const [first, last] = [short(rates[0]), short(rates[rates.length - 1])];
  const lines = [
    `\nloss by learning rate (${rates.length} steps${diverged ? ", until it diverged" : ""}):`,
    `  ${sparkline(shown, width)}`,
    `  ${first}${last.padStart(Math.max(1, Math.min(width, rates.length) - first.length))}`,
  ];
  if (suggestion === undefined)
    return [...lines, "the loss does not fall at any learning rate, so there is no suggestion"];
  return [
    ...lines,
    `suggested learning rate: ${short(suggestion)}, a tenth of the rate with the lowest loss (Smith 2017, arXiv:1506.01186; rule of fastai)`,
    `  the loss falls fastest at ${short(steepest ?? 0)}`,
  ];
}

const short = (rate: number) => String(Number(rate.toPrecision(2)));

/** The same command, with the learning rate in place of the test. */
function nextCommand(rate: number): string {
  const words = process.argv.slice(2);
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--find-learning-rate" || /^--(learning-rate|out)=/.test(words[i])) continue;
    if (words[i] === "--learning-rate" || words[i] === "--out") i++;
    else kept.push(words[i]);
  }
  return shellLine("handgrad", ...kept, "--learning-rate", short(rate));
}

/** Throws SettingsError for options that only make sense for a run. */
export function expectNoRun(flags: { readonly resume?: string }): void {
  if (flags.resume !== undefined)
    throw new SettingsError(
      "--find-learning-rate: expected a new run, found --resume; a resumed run keeps its learning rate",
    );
}
