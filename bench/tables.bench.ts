// Default models for tables compared with scikit-learn's defaults, on identical rows: the mean over seeds, with 15 % of the rows
// as test set. Handgrad reads the tables without preparation; peers/tables.py prepares them for scikit-learn.
//   npm ci --prefix bench/peers
//   node bench/tables.bench.ts PYTHON [--folder FOLDER] [--seeds 6] [--group issue] [--kinds linear,additive,network,bins] [NAME …]
// `--kinds` leaves members of the ensemble out, for an ablation. Results of scikit-learn are kept in the folder.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { stratifiedSplit } from "../src/data/split.ts";
import { compareByRow } from "../src/experiments/compareByRow.ts";
import { ensembleSettings, type MemberKind } from "../src/experiments/ensembleSettings.ts";
import { linearModel } from "../src/experiments/linearBaseline.ts";
import { scorerFor } from "../src/experiments/testScores.ts";
import {
  chooseSettings,
  type DataSource,
  type Dataset,
  fit,
  imageSource,
  type Model,
  modelOfRun,
  nativeKernels,
  outputsOf,
  parseCsv,
  predictOutputs,
  prepareRun,
  RandomState,
  readOwnData,
  restoreNetwork,
  tableSource,
} from "../src/node.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: "string", default: join(tmpdir(), "handgrad-tables") },
    seeds: { type: "string", default: "6" },
    group: { type: "string", default: "issue" },
    kinds: { type: "string" },
  },
});
const [python = "python3", ...chosen] = positionals;
const { folder } = flags;
const seeds = Array.from({ length: Number(flags.seeds) }, (_, i) => i + 1);
const peers = resolve(import.meta.dirname, "peers");

/** Runs tables.py; ends the bench if it fails. */
function peer(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(python, [join(peers, "tables.py"), ...args], { encoding: "utf8" });
  if (status === 0) return;
  console.error(stderr || `${python}: not found`);
  process.exit(1);
}

mkdirSync(folder, { recursive: true });
const listed = join(folder, "tables.json");
if (!existsSync(listed)) {
  peer("export", folder, join(peers, "node_modules/vega-datasets"), join(peers, "node_modules/vega-datasets-1"));
}
type About = { readonly target: string; readonly task: "classification" | "regression"; readonly group: string };
const tables: Record<string, About> = JSON.parse(readFileSync(listed, "utf8"));
const images: About = { target: "y", task: "classification", group: "images" };
const all: Record<string, About> = { ...tables, "digits-images": images };
const names = chosen.length > 0 ? chosen : Object.keys(all).filter((name) => all[name].group === flags.group);

/** The training and test rows. For images, the rows are divided again, because their source does not return them. */
async function rowsIn({ rows, train, test }: DataSource, seed: number): Promise<{ train: number[]; test: number[] }> {
  if (rows) return { train: [...rows.train], test: [...rows.test] };
  const labels = Int32Array.from(await allLabels("digits-images"));
  const split = stratifiedSplit(labels, { validation: 0, test: 0.15, random: new RandomState(seed) });
  if (split.train.length !== train.labels.length || split.test.length !== (test as Dataset).labels.length)
    throw new Error("images: the divided rows differ from the source");
  return { train: [...split.train], test: [...split.test] };
}

async function allLabels(name: string): Promise<Int32Array> {
  const data = await readOwnData(join(folder, `${name}.npz`), size);
  if (data.kind !== "images") throw new Error(`${name}: no images`);
  return data.dataset.labels;
}

const size = { height: 32, width: 32 };

async function sourcesOf(name: string): Promise<DataSource[]> {
  const options = (seed: number) => ({ seed, folds: true, request: { folds: true } });
  if (name === "digits-images") {
    const data = await readOwnData(join(folder, `${name}.npz`), size);
    if (data.kind !== "images") throw new Error(`${name}: no images`);
    return seeds.map((seed) => imageSource(data.dataset, { ...options(seed), copiesTogether: false }));
  }
  const table = parseCsv(readFileSync(join(folder, `${name}.csv`), "utf8"), { name });
  return seeds.map((seed) => tableSource(table, all[name], options(seed)));
}

const kernels = nativeKernels({ threads: 1 });
const cpuSeconds = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

/**
 * For each test row of all seeds: 1 or 0 (right or wrong), or minus the squared error divided by the variance of the training
 * targets; and the scores.
 */
interface Result {
  readonly scores: number[];
  readonly rows: number[];
}

function add(to: Result, model: Model, source: DataSource, outputs: Awaited<ReturnType<typeof predictOutputs>>): void {
  const scorer = scorerFor(source.test as Dataset, source);
  if (!scorer) throw new Error(`${source.name}: no scores for ${model.answers}`);
  const rows = scorer.rows(outputs);
  to.scores.push(scorer.score(rows));
  to.rows.push(...rows);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
console.log(
  "| | Handgrad | linear baseline | best of scikit-learn | boosting | forest | MLP | linear | against the best | against linear | CPU, s |",
);
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- | ---: |");
/** Scores of scikit-learn's models with the words of texts as inputs. */
const beside: string[] = [];
for (const name of names) {
  const { task } = all[name];
  const sources = await sourcesOf(name);
  const [ours, linear]: Result[] = [
    { scores: [], rows: [] },
    { scores: [], rows: [] },
  ];
  let seconds = 0;
  const rowsOf: Record<number, object> = {};
  for (const [i, source] of sources.entries()) {
    rowsOf[seeds[i]] = await rowsIn(source, seeds[i]);
    const kinds = flags.kinds?.split(",") as MemberKind[] | undefined;
    const some = kinds && ensembleSettings(source.train, outputsOf(source.train), { kinds });
    const settings = chooseSettings(source, { ...some, seed: seeds[i] });
    const began = process.cpuUsage();
    const { best } = await fit(prepareRun(source, settings, kernels));
    seconds += cpuSeconds(began) / sources.length;
    if (!best) throw new Error(`${name}: no epoch was finished`);
    const model = modelOfRun(source, settings, best);
    const simple = linearModel(model, source.train, kernels) as Model;
    const outputsOfModel = (each: Model) =>
      predictOutputs(restoreNetwork(each, kernels), source.test as Dataset, { normalization: model.normalization });
    add(ours, model, source, await outputsOfModel(model));
    add(linear, simple, source, await outputsOfModel(simple));
  }
  const [rowsFile, scoresFile] = ["rows", "scores"].map((part) => join(folder, `${name}.${part}.json`));
  const known = existsSync(rowsFile) ? JSON.parse(readFileSync(rowsFile, "utf8")) : {};
  const same = seeds.every((seed) => JSON.stringify(known[seed]) === JSON.stringify(rowsOf[seed]));
  if (!same) writeFileSync(rowsFile, JSON.stringify(rowsOf));
  if (!same || !existsSync(scoresFile)) peer("score", folder, name);
  const theirs: Record<string, Record<number, { score: number; rows: number[] }>> = JSON.parse(
    readFileSync(scoresFile, "utf8"),
  );
  const show = (value: number) => (task === "regression" ? value.toFixed(3) : (100 * value).toFixed(1));
  const scoreOf = (model: string) => mean(seeds.map((seed) => theirs[model][seed].score));
  const bestOf = (models: readonly string[]) => models.reduce((a, b) => (scoreOf(b) > scoreOf(a) ? b : a));
  const [withWords, defaults] = [true, false].map((wanted) =>
    Object.keys(theirs).filter((model) => model.endsWith(" with words") === wanted),
  );
  const best = bestOf(defaults);
  // scikit-learn's squared errors are in units of the target, Handgrad's in standard deviations
  const units = (rows: readonly number[], of: readonly number[]) => {
    if (task !== "regression") return Float64Array.from(rows);
    const scale = deviations(sources);
    return Float64Array.from(rows, (value, i) => value / (of === ours.rows ? 1 : scale[i] ** 2));
  };
  const against = (other: readonly number[]) => compareByRow(Float64Array.from(ours.rows), units(other, other)).outcome;
  const bestRows = seeds.flatMap((seed) => theirs[best][seed].rows);
  const outcome = {
    best: against(bestRows),
    linear: compareByRow(Float64Array.from(ours.rows), Float64Array.from(linear.rows)).outcome,
  };
  const simple = Math.max(...["linear", "least squares"].filter((model) => theirs[model]).map(scoreOf));
  const cells = [
    ...[mean(ours.scores), mean(linear.scores), scoreOf(best)].map(show),
    ...["boosting", "forest", "MLP"].map((model) => show(scoreOf(model))),
    show(simple),
    outcome.best,
    outcome.linear,
    seconds.toFixed(1),
  ];
  console.log(`| ${name} | ${cells.join(" | ")} |`);
  if (withWords.length > 0) beside.push(`${name}: ${bestOf(withWords)} ${show(scoreOf(bestOf(withWords)))}`);
}
kernels.close();
if (beside.length > 0) console.log(`\nscikit-learn with a CountVectorizer for texts: ${beside.join("; ")}`);

/** For each test row of all seeds: the standard deviation that its target was divided by. */
function deviations(sources: readonly DataSource[]): number[] {
  return sources.flatMap(({ preprocessing, test }) => {
    const target = preprocessing?.target;
    const deviation = target?.kind === "number" ? target.deviation : 1;
    return Array<number>((test as Dataset).labels.length).fill(deviation);
  });
}
