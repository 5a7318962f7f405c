import { resolve } from "node:path";
import { SingleBar } from "cli-progress";
import { Argument, Command } from "commander";
import {
  type Cifar100Location,
  cifar100CacheFolder,
  cifar100Folders,
  type Dataset,
  type DownloadProgress,
  downloadCifar100,
  findCifar100,
  holdsCifar100,
  inspectTable,
  measureNormalization,
  readOptionsOf,
  readOwnData,
  resolveCifar100,
  type Splits,
  shellLine,
} from "../src/node.ts";
import { imagesInfo, infoData, tableInfo } from "./dataInfo.ts";
import { type ImageFlags, imageOptionsOf, withImages } from "./imageOptions.ts";
import { type JsonFlag, withJson, writeJson } from "./json.ts";
import { count } from "./numberOption.ts";
import { interruption } from "./options.ts";
import { showsProgress } from "./output.ts";
import { readingProgress, tableProgress } from "./readingProgress.ts";
import { type TableFlags, tableOptionsOf, withColumns } from "./tableOptions.ts";

/** handgrad data info | download: describes data, or downloads CIFAR-100. */
export function dataCommand(): Command {
  const command = new Command("data").description("show your own data or CIFAR-100, or download CIFAR-100");
  const own = command
    .command("info")
    .description("show columns, classes, shapes and likely problems of a data set")
    .argument("[data]", "your data: a CSV file, a folder of images, .npz, MNIST, CIFAR-10 (default: CIFAR-100)")
    .option("--size <pixels>", "side of the squares that your images are resized to", count, 32)
    .option("--data <dir>", "folder with CIFAR-100, or `stand-in`")
    .option("--fine", "the 100 fine labels instead of the 20 superclasses")
    .option("--target <column>", "the column to predict, to find columns that contain the answer (tables)");
  withJson(withImages(withColumns(own)), "as JSON").action(info);
  command
    .command("download")
    .description("download a data set (161 MB); continues an interrupted download")
    .addArgument(new Argument("<name>", "which data set").choices(["cifar100"]))
    .option("--data <dir>", "folder for the files (default: HANDGRAD_DATA, else the user's cache)")
    .option("--url <base>", "URL of the folder with the archive, for a mirror")
    .action(fetchData);
  return command;
}

interface InfoFlags extends ImageFlags, TableFlags, JsonFlag {
  readonly target?: string;
  readonly data?: string;
  readonly fine?: boolean;
  readonly size: number;
}

async function info(own: string | undefined, flags: InfoFlags): Promise<void> {
  if (own === undefined) return infoOfCifar100(flags);
  if (own === "stand-in" || holdsCifar100(own)) return infoOfCifar100({ ...flags, data: own });
  const [signal, images, table] = [interruption(), readingProgress("images"), tableProgress()];
  const found = await readOwnData(own, {
    ...{ height: flags.size, width: flags.size, ...imageOptionsOf(flags), signal },
    ...readOptionsOf({ ...tableOptionsOf(flags), target: flags.target }),
    onProgress: images.update,
    onBytes: table.update,
  }).finally(() => {
    images.stop();
    table.stop();
  });
  const inspection =
    found.kind === "table" ? inspectTable(found.table, { target: flags.target ?? found.target }) : undefined;
  if (flags.json !== undefined) await writeJson(flags.json, infoData(found, inspection), 2);
  else if (found.kind === "table" && inspection) for (const line of tableInfo(found, inspection)) console.log(line);
  else if (found.kind === "images") for (const line of imagesInfo(found)) console.log(line);
}

async function infoOfCifar100({ data, fine, json }: InfoFlags): Promise<void> {
  const labels = fine ? "fine" : "coarse";
  // looked up first, because `data info` must not start a download
  const location = data === "stand-in" ? undefined : findCifar100({ data, labels });
  const splits = await (await resolveCifar100({ data: location ? data : "stand-in", labels })).load();
  const { mean, deviation } = measureNormalization(splits.train);
  if (json !== undefined) await writeJson(json, summary(splits, location, mean, deviation), 2);
  else console.log(report(splits, location, mean, deviation));
}

const partNames = ["train", "validation", "test"] as const;
const channelNames = ["red", "green", "blue"];

function summary(
  splits: Splits,
  location: Cifar100Location | undefined,
  mean: readonly number[],
  deviation: readonly number[],
) {
  const { labelNames, inputShape } = splits.train;
  const parts = partNames.map((part) => [
    part,
    { images: splits[part].labels.length, perClass: countLabels(splits[part]) },
  ]);
  return {
    location,
    standIn: splits.standIn === true,
    inputShape,
    labelNames,
    mean,
    deviation,
    ...Object.fromEntries(parts),
  };
}

function report(
  splits: Splits,
  location: Cifar100Location | undefined,
  mean: readonly number[],
  deviation: readonly number[],
): string {
  const { labelNames, inputShape } = splits.train;
  const counts = partNames.map((part) => countLabels(splits[part]));
  const images = partNames.map((part) => splits[part].labels.length);
  const classes = labelNames.map((name, label) => [String(label), name, ...counts.map((of) => of[label])]);
  const found = location
    ? `CIFAR-100 in ${location.path}${location.isArchive ? "" : ` (${location.format})`}`
    : "stand-in: drawn images, not CIFAR-100";
  return [
    `${found}, images of ${inputShape.join("×")} bytes\n`,
    table(["", "label", ...partNames], [...classes, ["", "all", ...images]]),
    "",
    table(
      ["", "channel", "mean", "deviation", ""],
      channelNames.map((name, channel) => ["", name, mean[channel].toFixed(7), deviation[channel].toFixed(7), ""]),
    ),
    "  of byte / 255, over the training images",
  ].join("\n");
}

function countLabels({ labels, labelNames }: Dataset): number[] {
  const counts = labelNames.map(() => 0);
  for (const label of labels) counts[label]++;
  return counts;
}

type Cell = string | number;

/** Columns as wide as their widest cell; the second to the left, all others to the right. */
function table(header: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const text = [header, ...rows].map((row) =>
    row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell)),
  );
  const widths = header.map((_, column) => Math.max(...text.map((row) => row[column].length)));
  const align = (cell: string, column: number) =>
    column === 1 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return text.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}

async function fetchData(_name: string, { data, url }: { data?: string; url?: string }): Promise<void> {
  const signal = interruption();
  const folder = data ? resolve(data) : process.env.HANDGRAD_DATA ? cifar100Folders()[0] : cifar100CacheFolder();
  const progress = downloadProgress();
  try {
    const { path } = await downloadCifar100({ folder, baseUrl: url, signal, onProgress: progress.update });
    progress.stop();
    console.log(
      `CIFAR-100 is in ${path}; to show it: ${shellLine("handgrad", "data", "info", ...(data ? ["--data", data] : []))}`,
    );
  } catch (error) {
    progress.stop();
    if (!signal.aborted) throw error;
    console.error(`stopped: the downloaded part is kept in ${folder}; the same command continues`);
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
const lineMilliseconds = 5000;

/** A live bar in a terminal, a line every 5 seconds in a pipe; nothing if there is nothing to download. */
export function downloadProgress() {
  const format = "{bar} {percentage}% | {megabytes} of {totalMegabytes} MB | {rate} MB/s | {eta} s left";
  const bar = new SingleBar({ format, barsize: 24, hideCursor: true, stream: process.stderr, etaBuffer: 200 });
  const began = { time: 0, received: 0 };
  let printed = 0;
  return {
    update({ received, total = 0 }: DownloadProgress): void {
      const now = performance.now();
      if (began.time === 0) Object.assign(began, { time: now, received });
      const rate = megabytes((received - began.received) / Math.max((now - began.time) / 1000, 0.001));
      const values = { megabytes: megabytes(received), totalMegabytes: megabytes(total), rate };
      if (showsProgress()) {
        if (printed++ === 0) bar.start(total, received, values);
        else bar.update(received, values);
      } else if (now - printed > lineMilliseconds || received === total) {
        printed = now;
        console.error(`${values.megabytes} of ${values.totalMegabytes} MB, ${rate} MB/s`);
      }
    },
    stop: () => bar.stop(),
  };
}
