import { join, resolve } from "node:path";
import type { Command } from "commander";
import {
  type CrossValidationPlan,
  type CrossValidationResults,
  createRunFolder,
  crossValidationReport,
  crossValidationResults,
  type DataSource,
  evaluateOnTest,
  type FoldOutputs,
  foldFolder,
  foldOutputsOf,
  HandgradError,
  hasCheckpoint,
  hasCrossValidation,
  RunFolder,
  readFoldOutputs,
  readPlan,
  readSource,
  reportHtml,
  runNameOf,
  runTraining,
  SettingsError,
  scoreFold,
  shellLine,
  showSpread,
  sourceFingerprint,
  type Tensor,
  type TestOutputs,
  type TrainingRun,
  writeFileAtomic,
  writeFoldOutputs,
  writePdfReport,
  writePlan,
} from "../src/node.ts";
import { crossValidationLines } from "./crossValidationLines.ts";
import { type DataFlags, dataPath } from "./dataOptions.ts";
import { describeOwnData, describeSource, plural } from "./describeData.ts";
import { dataEvents } from "./loadData.ts";
import { type KernelFlags, withoutPdf } from "./options.ts";
import { inform, jsonText, printData } from "./output.ts";
import { trainingProgress } from "./progress.ts";
import { type CheckpointFlags, kernelsOf, type RunKernels } from "./resume.ts";
import { metricName, showScore } from "./showScore.ts";
import { trialSettings } from "./sweepSettings.ts";
import { trainRequestOf } from "./trainRequest.ts";
import { dataSettings, givenSettings, type Settings, type SettingsFlags, settingsGiven } from "./trainSettings.ts";

export interface CrossValidationFlags extends KernelFlags, DataFlags, SettingsFlags, CheckpointFlags {
  readonly cv?: number;
  readonly finalModel?: boolean;
  readonly baseline?: boolean;
  readonly out?: string;
  readonly json?: string;
  readonly resume?: string;
  readonly tensorboard?: boolean;
  readonly report?: boolean;
  readonly pdf?: boolean;
  readonly watch?: boolean;
  readonly findLearningRate?: boolean;
}

/** Whether the command asks for a cross-validation, or resumes one. Throws SettingsError for options that do not fit. */
export function isCrossValidation(flags: CrossValidationFlags): boolean {
  const { cv, resume, watch, findLearningRate, finalModel } = flags;
  const asked = cv !== undefined || (resume !== undefined && hasCrossValidation(resume));
  // The teacher has seen rows that a fold tests
  const teacher = asked && givenSettings(flags).teacher ? "--teacher" : undefined;
  const other = watch ? "--watch" : findLearningRate ? "--find-learning-rate" : teacher;
  if (asked && other) throw new SettingsError(`${other}: expected one training, found a cross-validation`);
  if (!asked && finalModel === false) throw new SettingsError("--no-final-model: expected --cv beside it, found none");
  return asked;
}

/** `train --cv K`: trains and tests K folds, then trains the final model on all rows, unless --no-final-model is given. */
export async function crossValidate(
  path: string | undefined,
  flags: CrossValidationFlags,
  command: Command,
  signal: AbortSignal,
): Promise<void> {
  const data = dataPath(path, flags);
  const saved = flags.resume === undefined ? undefined : readPlan(flags.resume);
  if (saved) expectKept(saved, flags, command);
  const request = saved ? { ...saved.request, ...(data !== undefined && { path: data }) } : trainRequestOf(data, flags);
  const folds = saved?.folds ?? flags.cv ?? 0;
  if (request.path === undefined || request.path === "stand-in")
    throw new SettingsError("--cv: expected your own data, found none; CIFAR-100 has fixed parts");
  if (request.path === "-" && saved)
    throw new SettingsError("--resume: the data came from standard input; name a file that contains it");
  let shown: readonly string[] = [];
  const onRead = (read: Parameters<typeof describeOwnData>[0]): void => {
    shown = read.notes ?? [];
    for (const line of describeOwnData(read)) inform(line);
  };
  const read = await readSource(request, { ...dataEvents(), signal, onRead });
  const sourceOf = (fold: number) => read({ ...request, crossValidation: { folds, fold } });
  const first = sourceOf(1);
  const fingerprint = sourceFingerprint(first);
  if (saved && saved.fingerprint !== fingerprint)
    throw new SettingsError(
      `${flags.resume}: expected the data of the cross-validation (${saved.request.path}, ${saved.fingerprint}), found other data (${fingerprint})`,
    );
  for (const line of describeSource(first, shown).filter((each) => !/^(split|\s+validation:)/.test(each))) inform(line);
  const given = saved?.given ?? givenOf(flags);
  trialSettings(first)(given); // what does not fit is refused before anything is written
  const folder = folderOf(flags, first);
  try {
    const { crossValidation: _, ...asked } = first.request;
    const plan: CrossValidationPlan = saved ?? {
      ...{ folds, request: asked, fingerprint, given },
      ...{ baseline: flags.baseline ?? true, finalModel: flags.finalModel ?? true },
    };
    if (!saved) await writePlan(folder.path, plan);
    inform(`folds     ${plan.folds}, each tested by a model that is trained on the others: ${folder.path}`);
    await runFolds(folder, { plan, sourceOf, flags, signal });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    console.log(`\nstopped; continue with: ${shellLine("handgrad", "train", "--resume", folder.path)}`);
  } finally {
    folder.close();
  }
}

function folderOf(flags: CrossValidationFlags, { request, name }: DataSource): RunFolder {
  if (flags.resume !== undefined) return RunFolder.resume(flags.resume);
  const parts = (request.path ?? name).split(/[\\/]/);
  const called = runNameOf(`${parts.at(-1)}-cv`);
  if (flags.out === undefined) return RunFolder.create(createRunFolder("runs", called, new Date()), { made: true });
  if (hasCrossValidation(flags.out))
    throw new SettingsError(
      `${flags.out}: it contains a cross-validation; resume it with ${shellLine("--resume", flags.out)}, or choose another folder`,
    );
  return RunFolder.create(flags.out);
}

interface Job {
  readonly plan: CrossValidationPlan;
  readonly sourceOf: (fold: number) => DataSource;
  readonly flags: CrossValidationFlags;
  readonly signal: AbortSignal;
}

async function runFolds(folder: RunFolder, job: Job): Promise<void> {
  const { plan, sourceOf, flags, signal } = job;
  const { kernels, evaluationKernels, kernelRecord, close } = kernelsOf(
    flags,
    undefined,
    dataSettings({ settings: plan.given }),
  );
  try {
    const outputs: FoldOutputs[] = [];
    let labelNames: readonly string[] = [];
    for (let fold = 1; fold <= plan.folds; fold++) {
      signal.throwIfAborted();
      const source = sourceOf(fold);
      labelNames = source.train.labelNames;
      const path = foldFolder(folder.path, fold);
      const known = await readFoldOutputs(path);
      outputs.push(known ?? (await runFold(path, source, { ...job, fold, kernels, evaluationKernels, kernelRecord })));
      const { metric, score, linear, rows } = scoreFold(fold, outputs[fold - 1], { name: "", labelNames });
      const beside = linear === undefined ? "" : `, linear model ${showScore(metric, linear)}`;
      console.error(
        `fold ${fold}/${plan.folds}: ${metricName(metric)} ${showScore(metric, score)}${beside} on ${plural(rows, "row")}`,
      );
    }
    const { path = "", target } = plan.request;
    const name = path.split(/[\\/]/).at(-1) ?? path;
    const results = crossValidationResults(outputs, { name, target, labelNames });
    for (const line of crossValidationLines(results)) console.log(line);
    const final = plan.finalModel
      ? await trainFinal(folder, { ...job, kernels, evaluationKernels, kernelRecord })
      : undefined;
    const pdfs = await writeResults(folder.path, results, flags, finalText(results, plan, final));
    console.log(`\n${finalText(results, plan, final)}`);
    console.log(`\nresults: ${resolve(folder.path)}`);
    if (flags.report !== false) console.log(`report:  ${resolve(folder.path, "report.html")}`);
    for (const pdf of pdfs) console.log(`         ${resolve(pdf)}`);
  } finally {
    close();
  }
}

type Parts = Job & Omit<RunKernels, "close">;

/** Trains in a folder, from its checkpoint if it has one. Throws the reason of an abort. */
async function trainOn(folder: RunFolder, source: DataSource, what: string, parts: Parts): Promise<TrainingRun> {
  const { plan, flags, signal, kernels, kernelRecord } = parts;
  const saved = hasCheckpoint(folder.path) ? folder.saved() : undefined;
  const settings = saved?.settings ?? trialSettings(source)(plan.given);
  const steps = settings.epochs * Math.floor(source.train.labels.length / settings.batchSize);
  const progress = trainingProgress(steps, settings.epochs);
  try {
    const run = await runTraining({
      ...{ folder, settings, source, kernels, kernelRecord, saved, signal },
      checkpointEvery: flags.checkpointEvery,
      tensorboard: flags.tensorboard ?? true,
      onWarning: (message) => progress.above(() => console.error(`warning: ${message}`)),
      onStep: (event) => progress.update(event.step + 1, event),
    });
    if (run.result.stopped) signal.throwIfAborted();
    return run;
  } catch (error) {
    if (error instanceof HandgradError) throw new HandgradError(`${what}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    progress.stop();
  }
}

async function runFold(
  path: string,
  source: DataSource,
  parts: Parts & { readonly fold: number },
): Promise<FoldOutputs> {
  const folder = hasCheckpoint(path) ? RunFolder.resume(path) : RunFolder.create(path);
  try {
    const { plan, evaluationKernels: kernels, signal } = parts;
    const { model, record, result } = await trainOn(folder, source, `fold ${parts.fold}`, parts);
    if (!model) throw new HandgradError(`fold ${parts.fold}: no epoch was finished`);
    let tested: TestOutputs | undefined;
    let linear: Tensor | undefined;
    await evaluateOnTest(source, model, record.config, result, {
      ...{ kernels, signal, baseline: plan.baseline },
      onOutputs: (outputs) => {
        tested = outputs;
      },
      onLinearOutputs: (outputs) => {
        linear = outputs;
      },
    });
    if (!tested) throw new SettingsError("--cv: expected one class or one number per row, found several targets");
    const outputs = foldOutputsOf(source, tested.test, tested.outputs, linear);
    await writeFoldOutputs(path, outputs);
    return outputs;
  } finally {
    folder.close();
  }
}

/** The model on all rows; a part of them chooses its best epoch. */
async function trainFinal(folder: RunFolder, parts: Parts): Promise<TrainingRun> {
  parts.signal.throwIfAborted();
  inform("\nfinal model: trains on all rows");
  return trainOn(folder, parts.sourceOf(0), "final model", parts);
}

/** How the final model was trained, and its expected score. */
function finalText(
  { metric, network }: CrossValidationResults,
  { finalModel }: CrossValidationPlan,
  run: TrainingRun | undefined,
): string {
  if (!finalModel) return "No final model was trained (--no-final-model); the models of the folds are in folds/.";
  const epochs = run ? ` (best epoch ${(run.result.best?.epoch ?? 0) + 1} of ${run.record.valScore.length})` : "";
  return `The final model was trained on all rows${epochs}; no rows are left to test it. Its expected score is that of the cross-validation: ${showSpread(metric, network)}.`;
}

async function writeResults(
  folder: string,
  results: CrossValidationResults,
  flags: CrossValidationFlags,
  finalModel: string,
): Promise<readonly string[]> {
  const { pooled, ...rest } = results;
  const content = { format: "handgrad cross-validation results", version: 1, ...rest, pooled: pooled.testResult };
  const json = `${jsonText(content)}\n`;
  await writeFileAtomic(join(folder, "results.json"), json);
  if (flags.json === "-") printData(json.trimEnd());
  else if (flags.json !== undefined) await writeFileAtomic(flags.json, json);
  if (flags.report === false) return [];
  const report = crossValidationReport(results, { finalModel });
  await writeFileAtomic(join(folder, "report.html"), reportHtml(report));
  return flags.pdf ? writePdfReport(join(folder, "report.pdf"), report, withoutPdf) : [];
}

function givenOf({ hidden, flip, recipe, ...flags }: CrossValidationFlags): Settings {
  return {
    ...givenSettings(flags),
    ...(hidden && { hidden }),
    ...(flip && { flip }),
    ...(recipe && { recipe }),
  };
}

/** Throws SettingsError for a flag that differs from the settings that the cross-validation started with. */
function expectKept(plan: CrossValidationPlan, flags: CrossValidationFlags, command: Command): void {
  if (flags.cv !== undefined && flags.cv !== plan.folds)
    throw new SettingsError(`--cv: expected ${plan.folds}, as at the start of the cross-validation, found ${flags.cv}`);
  const given = settingsGiven(command);
  if (given.length > 0 && JSON.stringify(givenOf(flags)) !== JSON.stringify(plan.given))
    throw new SettingsError(`${given[0].flag}: a resumed cross-validation keeps its settings; leave it out`);
}
