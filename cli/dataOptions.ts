import { type Command, Option } from "commander";
import { currentRules, type DataRequest, flagOf, SettingsError, type TrainSettings } from "../src/node.ts";
import { type ImageFlags, imageFlags, imageOptionsOf, withImages } from "./imageOptions.ts";
import { count } from "./numberOption.ts";
import { type TableFlags, tableFlags, tableOptionsOf, withColumns, withSplit } from "./tableOptions.ts";

// Which data a command trains on: the same options for every command that trains.

/** The fields of a request that are flags of the same name. */
export interface DataFlags extends TableFlags, ImageFlags {
  readonly data?: string;
  readonly target?: string;
  readonly task?: "classification" | "regression";
  readonly size?: number;
}

/** Adds the argument DATA and the options that say how it is read. */
export function withData(command: Command): Command {
  command
    .argument(
      "[data]",
      "file or folder; `stand-in` for the procedural data set (default: CIFAR-100, found or downloaded)",
    )
    .option("--data <path>", "the same as the argument DATA")
    .option("--target <column>", "the column to predict (tables)")
    .addOption(
      new Option(
        "--task <name>",
        "kind of prediction (tables; default: regression for numbers with many distinct values)",
      ).choices(["classification", "regression"]),
    )
    .option("--size <pixels>", "side of the squares that images are resized to (image files; default: 32)", count);
  return withSplit(withColumns(withImages(command)));
}

/** The data as argument or as option. Throws SettingsError for two different paths. */
export function dataPath(path: string | undefined, { data }: DataFlags): string | undefined {
  if (path !== undefined && data !== undefined && path !== data)
    throw new SettingsError(`--data: expected the data once, found ${path} and ${data}`);
  return path ?? data;
}

/** What flags ask for, with what the settings say about the data. */
export function dataRequestOf(
  path: string | undefined,
  { target, task, size, ...flags }: DataFlags,
  { labels, trainImages, seed }: Pick<TrainSettings, "labels" | "trainImages" | "seed">,
): DataRequest {
  const own = { ...imageOptionsOf(flags), ...tableOptionsOf(flags) };
  const rules = path !== undefined && path !== "stand-in" && { rules: currentRules };
  return { path, target, task, size, labels, seed, trainRows: trainImages, ...own, ...rules };
}

/** The options that name a request again: --target price --drop "a, b",c. */
export function dataWords(request: DataRequest): string[] {
  return requestFlags.flatMap((name) => {
    const [value, flag] = [request[name], flagOf(name)];
    if (value === undefined || (value === false && name !== "header")) return [];
    if (typeof value === "boolean") return [value ? flag : flag.replace("--", "--no-")];
    if (!Array.isArray(value)) return [flag, String(value)];
    const items = value.map((item) => (typeof item === "object" ? `${item.column}=${item.type}` : String(item)));
    return [
      flag,
      items.map((item) => (/[,"]|^\s|\s$/.test(item) ? `"${item.replaceAll('"', '""')}"` : item)).join(","),
    ];
  });
}

/** The fields of a stored request that a flag can name again: a resumed run checks that they are the same. */
export const requestFlags = [
  ...(["target", "task", "size"] as const),
  ...imageFlags,
  ...tableFlags,
] as const satisfies (keyof DataRequest & keyof DataFlags)[];
