import { extname, join } from "node:path";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { writeFileAtomic } from "../../src/node/atomicFile.ts";
import { readJsonFile } from "../../src/node/jsonFile.ts";
import { packageFile } from "../../src/node/packageFile.ts";
import { type PdfOptions, writePdf } from "../../src/node/pdf.ts";
import { readRegularText } from "../../src/node/readFile.ts";
import { recordFile, writeRecord } from "../../src/node/runs/runFolder.ts";
import { reportHtml } from "../../src/report/html.ts";
import { reportTypst } from "../../src/report/typst.ts";
import { SettingsError } from "../../src/tensor/errors.ts";
import type { StepEvent } from "../../src/training/fit.ts";
import type { AssignmentData } from "../assignmentData.ts";
import { type LabContext, type LabData, type LabStep, problem1Steps } from "../problem1.ts";
import { comparisonRuns } from "../problem1Plan.ts";
import type { LabRun } from "../problem1Training.ts";
import { parseReference } from "../reference.ts";
import { problem1Report, problem1Solution } from "../report/report.ts";
import { type Problem1Results, parseProblem1Results } from "../report/results.ts";
import { LabFolder } from "./labFolder.ts";
import { writeNotebookImages, writeNotebooks } from "./notebookFolder.ts";

export interface LabEvents {
  /** before a step, with the number of finished steps */
  onStart?(step: LabStep, done: number, steps: readonly LabStep[]): void;
  onEnd?(step: LabStep, outcome: string, seconds: number, stored: boolean): void;
  onStep?(event: StepEvent): void;
}

export interface RunLabOptions extends LabEvents {
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  readonly loadData: () => Promise<LabData>;
  /** in seconds, the duration of a step */
  readonly now?: () => number;
}

/**
 * Runs all steps that have no result in the folder yet, in order, and stores each result at once. Throws the signal's reason when it is
 * stopped; called again, it continues with the interrupted step.
 */
export async function runProblem1(folder: LabFolder, options: RunLabOptions): Promise<void> {
  const { kernels, signal, loadData, now = () => performance.now() / 1000 } = options;
  const { plan, standIn } = folder.record();
  folder.removeLeftovers();
  const referenceFile = packageFile("reference/runs.json");
  const checksFile = packageFile("reference/checks.json");
  let data: Promise<LabData> | undefined;
  const context: LabContext = {
    plan,
    checks: JSON.parse(readRegularText(checksFile)) as AssignmentData,
    reference: parseReference(readRegularText(referenceFile), { name: referenceFile }),
    kernels,
    signal,
    data: async () => {
      data ??= loadData();
      const loaded = await data;
      if (loaded.standIn === standIn) return loaded;
      const [was, is] = standIn ? ["the stand-in", "CIFAR-100"] : ["CIFAR-100", "the stand-in"];
      throw new SettingsError(
        `${folder.path}: expected ${was}, on which the lab was started, found ${is}; use another --out`,
      );
    },
    saveImages: (images) => writeNotebookImages(folder.notebooks, images),
    saveModel: (name, model, epoch) => folder.saveModel(name, model, epoch),
    loadModel: (name) => folder.loadModel(name),
    saveState: (name, state) => folder.saveState(name, state),
    loadState: (name) => folder.loadState(name),
    ...(options.onStep && { onStep: options.onStep }),
  };
  const steps = problem1Steps(plan);
  for (const [done, step] of steps.entries()) {
    if (folder.hasStep(step.name)) {
      const { outcome, seconds } = folder.readStep(step.name);
      options.onEnd?.(step, outcome, seconds, true);
      continue;
    }
    options.onStart?.(step, done, steps);
    signal.throwIfAborted();
    const started = now();
    const { result, outcome } = await step.run(context);
    const seconds = Math.max(0, now() - started);
    const run = (result as { readonly run?: LabRun }).run;
    if (run) await writeLabRun(folder, step.name, run, { seconds, kernels: kernels.name, standIn });
    await folder.writeStep(step.name, { result, outcome, seconds });
    folder.removeState(step.name);
    options.onEnd?.(step, outcome, seconds, false);
  }
}

/** A training of the lab as an ordinary run folder, for `handgrad compare`, `evaluate` and `predict`. */
async function writeLabRun(
  folder: LabFolder,
  name: string,
  { config, loss, trainAccuracy, valAccuracy, rule }: LabRun,
  rest: { readonly seconds: number; readonly kernels: string; readonly standIn: boolean },
): Promise<void> {
  const histories = {
    ...{ metric: "accuracy" as const, loss: [...loss] },
    ...{ trainScore: [...trainAccuracy], valScore: [...valAccuracy] },
  };
  const record = { config, ...histories, ...rest, stopped: false };
  const special = rule === config.regularization ? {} : { rule };
  await writeRecord(join(folder.runFolder(name), recordFile), { ...record, ...special });
}

/** All steps as the content of results.json. Throws DataError that names the step's file when one is missing or damaged. */
export function collectResults(folder: LabFolder): Problem1Results {
  const { plan, kernels } = folder.record();
  const step = (name: string): unknown => folder.readStep(name).result;
  const runs = comparisonRuns.map((name) => [name, (step(name) as { readonly run: unknown }).run]);
  return parseProblem1Results(
    {
      ...{ format: "handgrad problem1", version: 1, plan, kernels },
      ...{ checks: step("checks"), data: step("data"), tinynet: step("tinynet") },
      runs: Object.fromEntries(runs),
      decay: step("decay"),
    },
    { name: join(folder.path, "steps") },
  );
}

/** results.json from the steps, then everything that is made from it. */
export async function finishProblem1(folder: LabFolder, options: SolutionFileOptions = {}): Promise<readonly string[]> {
  const results = collectResults(folder);
  await writeFileAtomic(join(folder.path, "results.json"), `${JSON.stringify(results)}\n`);
  return writeProblem1Reports(folder.path, options);
}

export interface SolutionFileOptions extends PdfOptions {
  /** where the PDF is written; by default problem_1_solution.pdf in the folder of the lab */
  readonly solution?: string | undefined;
}

const solutionFile = "problem_1_solution.pdf";

/** The files of the library that the assignment asks to write. */
const listedFiles = [
  ...["layers/linear", "kernels/activations", "layers/dropout", "losses/crossEntropy", "regularizers"],
  ...["optimizers/sgd", "optimizers/adam", "training/trainStep"],
];

/** Their sources: TypeScript in a checkout, in the installed package the JavaScript made of it. */
function listings(): { readonly name: string; readonly code: string }[] {
  return listedFiles.map((name) => {
    const file = sourceFile(`src/${name}`);
    const code = readRegularText(file)
      .replace(/^import [^;]+;\n/gm, "")
      .replace(/\n\/\/# sourceMappingURL=.*\s*$/, "")
      .trim();
    return { name: `src/${name}${extname(file)}`, code };
  });
}

function sourceFile(path: string): string {
  try {
    return packageFile(`${path}.ts`);
  } catch {
    return packageFile(`dist/${path}.js`);
  }
}

/** report.html, the notebooks and problem_1_solution.pdf from a folder’s results.json; returns their paths. */
export async function writeProblem1Reports(
  path: string,
  { solution = join(path, solutionFile), ...options }: SolutionFileOptions = {},
): Promise<readonly string[]> {
  const file = join(path, "results.json");
  const results = parseProblem1Results(readJsonFile(file, { version: 1 }), { name: file });
  const lab = new LabFolder(path);
  const html = join(path, "report.html");
  await writeFileAtomic(html, reportHtml(problem1Report(results)));
  const notebooks = await writeNotebooks(lab.notebooks);
  // last, because its compiler is not installed everywhere: then all other files are already written
  const author = lab.exists ? lab.record().author : undefined;
  const pdf = await writePdf(
    solution,
    reportTypst(problem1Solution(results, { author, listings: listings() })),
    options,
  );
  return [html, ...notebooks, ...pdf];
}
