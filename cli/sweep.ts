import { availableParallelism } from "node:os";
import { Command, Option } from "commander";
import {
  bfloat16Problem,
  createRunFolder,
  createSweep,
  type DataSource,
  defaultSettings,
  metricOf,
  openSweep,
  prepareRun,
  type RecipeName,
  readSweepFile,
  recipes,
  runSweep,
  type SavedSweep,
  SettingsError,
  type SettingsOf,
  serveTrials,
  shellLine,
  sourceFingerprint,
} from "../src/node.ts";
import { type DataFlags, dataPath, dataRequestOf, withData } from "./dataOptions.ts";
import { describeOwnData, describeSource, plural } from "./describeData.ts";
import { dataEvents } from "./loadData.ts";
import { count } from "./numberOption.ts";
import { interruption } from "./options.ts";
import { inform } from "./output.ts";
import { metricName, showScore } from "./showScore.ts";
import { SweepSources } from "./sweepData.ts";
import { reportSweep } from "./sweepResults.ts";
import { collectVaried, parseSeeds, trialSettings } from "./sweepSettings.ts";
import { sweepWorkCommand } from "./sweepWork.ts";
import { describeTrial, openWorker } from "./sweepWorkerParts.ts";
import { dataSettings, givenSettings, type Settings, type SettingsFlags, withSettings } from "./trainSettings.ts";

interface Flags extends DataFlags, Omit<SettingsFlags, "seed"> {
  readonly vary: Settings;
  readonly strategy: "grid" | "random" | "halving";
  readonly trials?: number;
  readonly factor: number;
  readonly firstEpochs: number;
  readonly seeds: readonly number[];
  readonly seed: number;
  readonly jobs: number;
  readonly out?: string;
  readonly resume?: string;
  readonly worker?: boolean;
  readonly plan?: boolean;
  readonly pdf?: boolean;
}

export function sweepCommand(): Command {
  const command = new Command("sweep").description(
    "train with many settings in parallel processes, on your data or CIFAR-100, and rank them; resumable",
  );
  withData(command)
    .addOption(
      new Option(
        "--vary <setting=values>",
        "a setting and its values, such as learningRate=0.01,0.1, hidden=64-64,256 or learningRate=1e-4..1e-1:log; may be repeated",
      )
        .argParser(collectVaried)
        .default({}, "none"),
    )
    .addOption(
      new Option("--strategy <name>", "how to choose combinations")
        .choices(["grid", "random", "halving"])
        .default("grid"),
    )
    .option("--trials <n>", "combinations to draw (random and halving)", count)
    .option("--factor <n>", "train the best 1/n for n times the epochs (halving)", count, 3)
    .option("--first-epochs <n>", "epochs of the first round (halving)", count, 1)
    .addOption(
      new Option("--seeds <list>", "seeds to train each combination with; the first also splits the rows")
        .argParser(parseSeeds)
        .default([1], "1"),
    )
    .option("--seed <n>", "seed for drawing combinations", count, 1)
    .addOption(
      new Option("--jobs <n>", "parallel processes, each with one thread")
        .argParser(count)
        .default(availableParallelism(), "one per core"),
    )
    .option("--out <dir>", "folder for the sweep (default: a new one in sweeps/)")
    .option("--resume <dir>", "continue a sweep that was stopped or killed; finished trials are skipped")
    .option(
      "--plan",
      "write the folder of the sweep and train nothing; `sweep work DIR` trains, on one machine or several",
    )
    .option("--pdf", "also write the report as PDF")
    .addOption(new Option("--worker", "trains the trials that the parent process sends").hideHelp());
  // The settings that all trials share; a sweep has seeds of its own
  for (const option of withSettings(command.createCommand()).options)
    if (option.attributeName() !== "seed") command.addOption(option);
  command.addCommand(sweepWorkCommand());
  return command.action((data: string | undefined, flags: Flags) => sweepAction(data, flags, command));
}

async function sweepAction(path: string | undefined, flags: Flags, command: Command): Promise<void> {
  const signal = interruption();
  if (flags.worker) return work(flags, signal);
  const data = dataPath(path, flags);
  const { saved, metric } = await planned(data, flags, command, signal);
  const { trials, rungs } = saved.sweep;
  if (flags.plan) {
    console.log(
      `${plural(trials.length, "trial")} planned; train with: ${shellLine("handgrad", "sweep", "work", saved.folder)}`,
    );
    return;
  }
  const jobs = Math.min(flags.jobs, trials.length);
  const epochs = [...rungs.slice(0, -1).map(String), plural(rungs[rungs.length - 1], "epoch")].join(", then ");
  inform(`sweep     ${plural(trials.length, "trial")}, up to ${epochs}, ${jobs} at a time: ${saved.folder}`);
  const name = `validation ${metricName(metric)}`;
  try {
    await runSweep(saved, {
      command: [process.execPath, process.argv[1]],
      jobs,
      signal,
      onTrial({ trial, epochs, done, all, best }) {
        const score = best === undefined ? "diverged" : `${name} ${showScore(metric, best)}`;
        console.error(`${done}/${all}  ${score} after ${plural(epochs, "epoch")}: ${describeTrial(saved, trial)}`);
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log(`stopped; continue with: ${shellLine("handgrad", "sweep", "--resume", saved.folder)}`);
    return;
  }
  await reportSweep(saved, metric, { pdf: flags.pdf ?? false });
}

type Planned = { readonly saved: SavedSweep; readonly metric: ReturnType<typeof metricOf> };

/** A new sweep, or the one to resume, with every setting checked on the data before the first trial. */
async function planned(
  data: string | undefined,
  flags: Flags,
  command: Command,
  signal: AbortSignal,
): Promise<Planned> {
  const file = flags.resume === undefined ? undefined : readSweepFile(flags.resume);
  if (file) expectNothingNew(command);
  const asked = file?.settings ?? askedOf(flags);
  const { base = {}, vary, seeds = [1] } = asked;
  const request = file
    ? { ...file.request, ...(data !== undefined && { path: data }) }
    : dataRequestOf(data, flags, { ...dataSettings({ settings: dataSettingsOf(base) }), seed: seeds[0] });
  let shown: readonly string[] = [];
  if (request.path === "-")
    throw new SettingsError("-: expected a file or folder, found standard input, which only one process can read");
  const sources = new SweepSources(request, {
    ...dataEvents(),
    signal,
    onRead: (read) => {
      shown = read.notes ?? [];
      for (const line of describeOwnData(read)) inform(line);
    },
  });
  const sourceOf = await sources.all(base, vary);
  const source = await sources.of(base);
  for (const line of describeSource(source, shown)) inform(line);
  const fingerprint = sourceFingerprint(source);
  if (file?.fingerprint !== undefined && file.fingerprint !== fingerprint)
    throw new SettingsError(
      `${flags.resume}: expected the data of the sweep (${file.request.path ?? "CIFAR-100"}, ${file.fingerprint}), found other data (${fingerprint})`,
    );
  const recipe = base.recipe as SettingsFlags["recipe"];
  const chosen = file ? file.chosen : "recipe" in vary ? undefined : defaultSettings(source, recipe);
  const settingsOf: SettingsOf = (given) => trialSettings(sourceOf(given), chosen)(given);
  const check = trialCheck(sourceOf);
  const checked: SettingsOf = (given) => check(given, settingsOf(given));
  const metric = metricOf(source.train);
  if (flags.resume !== undefined) return { saved: openSweep(flags.resume, checked), metric };
  const folder = flags.out ?? createRunFolder("sweeps", "sweep", new Date());
  const plain = chosen && JSON.parse(JSON.stringify(chosen));
  const saved = await createSweep(folder, asked, { request: source.request, fingerprint, chosen: plain }, checked);
  return { saved, metric };
}

/** A check that throws SettingsError if a network with the layers, loss and batches of a trial cannot be built for the data; equal ones are built once. */
function trialCheck(sourceOf: (given: Settings) => DataSource) {
  const known = new Set<string>();
  return (given: Settings, settings: ReturnType<SettingsOf>) => {
    const { layers, loss, batchSize, dct, classGroups, classWeights, dtype, labels, trainImages } = settings;
    const key = JSON.stringify([layers, loss, batchSize, dct, classGroups, classWeights, dtype, labels, trainImages]);
    const problem = settings.precision && bfloat16Problem();
    if (problem) throw new SettingsError(`precision bfloat16: ${problem}; use float32`);
    // without the precision, because this process has other kernels than the workers
    if (!known.has(key)) prepareRun(sourceOf(given), { ...settings, precision: undefined });
    known.add(key);
    return settings;
  };
}

function dataSettingsOf({ labels, trainImages, recipe }: Settings): Settings {
  return {
    ...(recipe && "labels" in recipes[recipe as RecipeName] ? { labels: "both" } : {}),
    ...(labels !== undefined && { labels }),
    ...(trainImages !== undefined && { trainImages }),
  };
}

/** The content of sweep.json. Throws SettingsError for options that contradict each other. */
function askedOf({ vary, strategy, trials, factor, firstEpochs, seeds, seed, ...flags }: Flags) {
  if (Object.keys(vary).length === 0)
    throw new SettingsError("--vary: expected a setting to vary, such as --vary learningRate=0.01,0.1; found none");
  if ("seed" in vary) throw new SettingsError("--vary seed: expected --seeds 1,2,3, which trains with several seeds");
  if (strategy === "grid" && trials !== undefined)
    throw new SettingsError(
      "--trials: expected --strategy random or halving, found grid, which tries every combination",
    );
  if (strategy !== "grid" && trials === undefined)
    throw new SettingsError(`--trials: --strategy ${strategy} needs the number of combinations to draw`);
  const chosen = {
    grid: { kind: strategy },
    random: { kind: strategy, trials },
    halving: { kind: strategy, trials, factor, firstEpochs },
  };
  const { hidden, flip, recipe } = flags;
  const base: Settings = {
    ...givenSettings(flags),
    ...(hidden && { hidden }),
    ...(flip && { flip }),
    ...(recipe && { recipe }),
  };
  return { base, vary, strategy: chosen[strategy], seeds, seed };
}

const whileResuming = new Set(["resume", "jobs", "data", "pdf", "worker"]);

function expectNothingNew(command: Command): void {
  const given = command.options.find(
    (option) =>
      !whileResuming.has(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  if (given) throw new SettingsError(`${given.long}: a resumed sweep keeps its settings and data; leave it out`);
}

/** A worker process: see src/node/runs/sweepWorker.ts. */
async function work({ resume = "" }: Flags, signal: AbortSignal): Promise<void> {
  const { saved, parts, close } = await openWorker(resume, { signal });
  try {
    await serveTrials(saved, parts);
  } finally {
    close();
  }
}
