import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import {
  compareRuns,
  createRunFolder,
  createSweep,
  openSweep,
  parallelCoordinatesSvg,
  rankCombinations,
  runSweep,
  type SavedSweep,
  SettingsError,
  shellLine,
  sweepProgress,
  trialFolder,
  writeComparison,
  writeFileAtomic,
} from "../src/node.ts";
import { plural } from "./describeData.ts";
import { percent } from "./format.ts";
import { count, interruption, withoutPdf } from "./options.ts";
import { formatTable } from "./table.ts";

interface Flags {
  readonly vary: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly strategy: "grid" | "random" | "halving";
  readonly trials?: number;
  readonly factor: number;
  readonly firstEpochs: number;
  readonly seeds: readonly number[];
  readonly seed: number;
  readonly data?: string;
  readonly jobs: number;
  readonly out?: string;
  readonly resume?: string;
}

export function sweepCommand(): Command {
  return new Command("sweep")
    .description("train with many settings in parallel processes; resumable; a table, curves and a figure at the end")
    .option(
      "--vary <setting=values>",
      "learningRate=0.01,0.1 or learningRate=1e-4..1e-1:log; may be repeated",
      collect,
      {},
    )
    .option("--settings <json>", "settings that all trials share", parseObject)
    .addOption(
      new Option("--strategy <name>", "how combinations are chosen")
        .choices(["grid", "random", "halving"])
        .default("grid"),
    )
    .option("--trials <n>", "combinations to draw, for random and halving", count)
    .option("--factor <n>", "of halving: the best 1/n go on to n times the epochs", count, 3)
    .option("--first-epochs <n>", "of halving: epochs of the first round", count, 1)
    .option("--seeds <list>", "each combination with each of these", parseSeeds, [1])
    .option("--seed <n>", "draws the combinations", count, 1)
    .option("--data <dir>", "folder with CIFAR-100, or `stand-in`")
    .option(
      "--jobs <n>",
      "processes at a time, each with one thread (default: the number of cores)",
      count,
      availableParallelism(),
    )
    .option("--out <dir>", "folder of the sweep (default: a new one in sweeps/)")
    .option("--resume <dir>", "go on with a sweep that was stopped or killed; nothing is done twice")
    .action(sweepAction);
}

async function sweepAction(flags: Flags): Promise<void> {
  const signal = interruption();
  const saved = flags.resume === undefined ? await create(flags) : openSweep(flags.resume);
  const { trials, rungs } = saved.sweep;
  console.log(
    `${plural(trials.length, "trial")}, up to ${rungs
      .slice(0, -1)
      .map((rung) => `${rung}, then `)
      .join("")}${plural(rungs[rungs.length - 1], "epoch")}, ${flags.jobs} at a time: ${saved.folder}`,
  );
  try {
    await runSweep(saved, {
      command: [process.execPath, process.argv[1]],
      jobs: flags.jobs,
      signal,
      onTrial({ trial, epochs, done, all, best }) {
        const values = Object.entries(trial.values)
          .map(([name, value]) => `${name} ${value}`)
          .join(", ");
        console.error(`${done}/${all}  ${trial.id}  ${plural(epochs, "epoch")}  ${percent(best)}  ${values}`);
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log(`stopped; go on with: ${shellLine("handgrad", "sweep", "--resume", saved.folder)}`);
    return;
  }
  await report(saved);
}

function create({
  vary,
  settings = {},
  strategy,
  trials,
  factor,
  firstEpochs,
  seeds,
  seed,
  data,
  out,
}: Flags): Promise<SavedSweep> {
  if (Object.keys(vary).length === 0)
    throw new SettingsError("nothing to try: name a setting with --vary learningRate=0.01,0.1");
  if (strategy !== "grid" && trials === undefined) throw new SettingsError(`--strategy ${strategy} needs --trials`);
  const chosen = {
    grid: { kind: strategy },
    random: { kind: strategy, trials },
    halving: { kind: strategy, trials, factor, firstEpochs },
  };
  const folder = out ?? createRunFolder("sweeps", "sweep", new Date());
  return createSweep(folder, { base: settings, vary, strategy: chosen[strategy], seeds, seed }, data);
}

async function report(saved: SavedSweep): Promise<void> {
  const progress = sweepProgress(saved);
  const ranked = rankCombinations(saved.sweep.trials, progress);
  const names = Object.keys(saved.settings.vary);
  const rows = ranked.map(({ combination, values, mean, low, high, epochs }) => [
    ...[String(combination + 1), ...names.map((name) => String(values[name])), String(epochs), percent(mean)],
    low < high ? `${percent(low)} … ${percent(high)}` : "",
  ]);
  console.log(`\n${formatTable(["", ...names, "epochs", "validation", "seeds"], rows)}`);
  const score = (value: number) => Number((100 * value).toFixed(2));
  const plain = (value: unknown) => (typeof value === "number" ? value : String(value));
  const svg = parallelCoordinatesSvg(
    ranked.map(({ values, mean }) => ({
      values: Object.fromEntries(names.map((name) => [name, plain(values[name])])),
      score: score(mean),
    })),
    { title: `${ranked.length} combinations by validation accuracy`, scoreName: "accuracy in %" },
  );
  const figure = join(saved.folder, "parallel.svg");
  await writeFileAtomic(figure, svg);
  // Curves of the best few: more would be a thicket
  const best = new Set(ranked.slice(0, 6).map(({ combination }) => combination));
  const shown = saved.sweep.trials.filter(({ combination }) => best.has(combination));
  const runs = compareRuns(shown.map((trial) => trialFolder(saved, trial)));
  const files = await writeComparison(saved.folder, runs, withoutPdf);
  console.log("");
  for (const file of [figure, ...files]) console.log(resolve(file));
}

/** "name=a,b", "name=from..to", "name=from..to:log", ":whole" */
function collect(text: string, before: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [name, values] = [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
  const span = /^([^.,]+(?:\.\d+)?(?:e[+-]?\d+)?)\.\.([^:,]+)((?::log|:whole)*)$/i.exec(values);
  if (!text.includes("=") || name === "" || values === "")
    throw new InvalidArgumentError("Wanted a setting and its values, such as learningRate=0.01,0.1.");
  if (span) {
    const [, from, to, how] = span;
    return {
      ...before,
      [name]: {
        from: Number(from),
        to: Number(to),
        scale: how.includes("log") ? "log" : "linear",
        whole: how.includes("whole"),
      },
    };
  }
  return { ...before, [name]: values.split(",").map(parseValue) };
}

function parseValue(text: string): number | string | boolean | number[] {
  if (text === "true" || text === "false") return text === "true";
  if (/^\d+(-\d+)+$/.test(text)) return text.split("-").map(Number); // layers: 3072-128-20
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function parseSeeds(text: string): number[] {
  const seeds = text.split(",").map(Number);
  if (!seeds.every((seed) => Number.isInteger(seed) && seed >= 0))
    throw new InvalidArgumentError("Wanted whole numbers, such as 1,2,3.");
  return seeds;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new InvalidArgumentError("Wanted a JSON object, such as '{\"epochs\": 3}'.");
}
