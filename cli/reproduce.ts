import { Command, Option } from "commander";
import { parseReference, type ReferenceRun, type Row, reproduce, sameAccuracies } from "../assignment/node.ts";
import { firstRows, HandgradError, openKernels, packageFile, readRegularText } from "../src/node.ts";
import { formatSeconds } from "./format.ts";
import { loadData } from "./loadData.ts";
import { count } from "./numberOption.ts";
import { interruption, type KernelFlags, withKernels } from "./options.ts";
import { trainingProgress } from "./progress.ts";

interface Flags extends KernelFlags {
  readonly data?: string;
  readonly reference?: string;
  readonly epochs?: number;
  readonly dtype: "float32" | "float64";
}

/** The largest relative difference of a loss that passes: sums in another order round differently, and training amplifies this. */
const firstLossTolerance = 1e-12;

export function reproduceCommand(): Command {
  const command = new Command("reproduce")
    .description("run the assignment's published runs and compare every row, digit for digit")
    .argument("[runs...]", "run names (default: all)")
    .option("--data <dir>", "folder with CIFAR-100")
    .option("--reference <file>", "reference runs (default: those that come with Handgrad)")
    .option("--epochs <n>", "maximum number of epochs of each run", count)
    .addOption(new Option("--dtype <type>").choices(["float32", "float64"]).default("float64"));
  return withKernels(command).action(reproduceRuns);
}

async function reproduceRuns(names: readonly string[], flags: Flags): Promise<void> {
  const file = flags.reference ?? packageFile("reference/runs.json");
  const reference = parseReference(readRegularText(file), { name: file });
  for (const name of names) {
    if (!Object.hasOwn(reference, name)) {
      throw new HandgradError(`reproduce: found the run ${name}, expected one of ${Object.keys(reference).join(", ")}`);
    }
  }
  const chosen = names.length > 0 ? names : Object.keys(reference);
  const signal = interruption();
  const kernels = openKernels(flags);
  console.log(`kernels: ${kernels.name}, threads: ${kernels.threads}, ${flags.dtype}`);
  const data = await loadData({
    data: flags.data,
    labels: "coarse",
    signal,
    allocateBytes: kernels.allocateBytes.bind(kernels),
  });
  if (data.standIn) throw new HandgradError("reproduce needs CIFAR-100 itself; name its folder with --data DIR");

  const finished = new Map<string, readonly Row[]>();
  const total = { published: 0, publishedSame: 0, reference: 0, referenceSame: 0, differing: 0 };
  const started = performance.now();
  for (const name of chosen) {
    const run = reference[name];
    console.log(`\n${name}: ${describe(run)}`);
    console.log("epoch   training: ours  reference  published   validation: ours  reference  published");
    const epochs = Math.min(flags.epochs ?? run.config.epochs, run.config.epochs);
    const progress = trainingProgress(epochs * Math.floor(run.config.train_images / run.config.batch_size), epochs);
    const runStarted = performance.now();
    const result = await reproduce(run, {
      data: { train: firstRows(data.train, run.config.train_images), validation: data.validation },
      kernels,
      epochs,
      dtype: flags.dtype,
      signal,
      onStep: ({ step, epoch, loss }) => progress.update(step + 1, { loss, epoch }),
      onEpoch: (_event, row) => {
        progress.above(() => console.log(formatRow(row)));
      },
    });
    progress.stop();
    finished.set(name, result.rows);
    const count = (rows: readonly Row[], same: (row: Row) => boolean) => rows.filter(same).length;
    const published = result.rows.filter((row) => row.published);
    const publishedSame = count(
      published,
      (row) => row.published !== undefined && sameAccuracies(row.ours, row.published),
    );
    const referenceSame = count(result.rows, (row) => sameAccuracies(row.ours, row.reference));
    total.published += published.length;
    total.publishedSame += publishedSame;
    total.reference += result.rows.length;
    total.referenceSame += referenceSame;
    const firstLoss = result.firstLossDifference <= firstLossTolerance;
    if (!firstLoss || result.stopped) total.differing++;
    console.log(
      [
        `${referenceSame} of ${result.rows.length} rows equal to the reference`,
        ...(published.length ? [`${publishedSame} of ${published.length} to the published`] : []),
        `first loss within ${result.firstLossDifference.toExponential(1)}`,
        `first ${result.lossesCompared} losses within ${result.lossDifference.toExponential(1)}`,
        ...(result.normDifference === undefined
          ? []
          : [`parameter norms within ${result.normDifference.toExponential(1)}`]),
        formatSeconds((performance.now() - runStarted) / 1000),
      ].join("; "),
    );
    if (result.stopped) break;
  }
  kernels.close();

  console.log("");
  for (const line of equalRuns(finished)) console.log(line);
  console.log(`published rows: ${total.publishedSame} of ${total.published} equal, digit for digit`);
  console.log(`reference rows: ${total.referenceSame} of ${total.reference} equal`);
  console.log(`time: ${formatSeconds((performance.now() - started) / 1000)}`);
  const differing =
    total.publishedSame < total.published || total.referenceSame < total.reference || total.differing > 0;
  if (differing) process.exitCode ??= 1;
}

/** Pairs of runs that gave the same accuracies in every epoch, as L2 and weight decay do with the right λ. */
function equalRuns(runs: ReadonlyMap<string, readonly Row[]>): string[] {
  const entries = [...runs].filter(([, rows]) => rows.length > 0);
  return entries.flatMap(([name, rows], i) =>
    entries
      .slice(i + 1)
      .filter(
        ([, others]) =>
          others.length === rows.length && rows.every((row, j) => sameAccuracies(row.ours, others[j].ours)),
      )
      .map(([other]) => `${name} and ${other}: the same accuracies in all ${rows.length} epochs`),
  );
}

function describe({ config }: ReferenceRun): string {
  const parts = [`${config.layers.join("-")}, ${config.optimizer}, learning rate ${config.learning_rate}`];
  if (config.weight_decay) parts.push(`weight decay ${config.weight_decay}`);
  if (config.regularization) parts.push(`${config.regularization}, λ ${config.reg_lambda}`);
  return `${parts.join(", ")}, ${config.train_images.toLocaleString("en")} images`;
}

function formatRow({ epoch, ours, reference, published }: Row): string {
  const part = (key: "train" | "val", first: number): string =>
    [ours[key], reference[key], published?.[key]]
      .map((value, i) => (value === undefined ? "–" : String(value)).padStart(i === 0 ? first : 11))
      .join("");
  const same = sameAccuracies(ours, reference) && (!published || sameAccuracies(ours, published));
  return `${String(epoch + 1).padStart(5)}${part("train", 17)}${part("val", 19)}  ${same ? "=" : "≠"}`;
}
