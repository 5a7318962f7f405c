import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ImageOptions } from "../src/node.ts";

/** What a user can decide about images: the same options for `train`, `sweep` and `data info`. */
export interface ImageFlags {
  readonly skipBroken?: boolean;
  readonly labelsFrom?: string;
  readonly as?: "images" | "table";
  readonly pixelRange?: [number, number];
}

export function withImages(command: Command): Command {
  return command
    .option("--skip-broken", "leave out files that cannot be decoded, and count them (images)")
    .option(
      "--labels-from <source>",
      "labels of images without class folders: `name` reads them from names such as cat.1.jpg; a path reads them from a table with file names (label column: --target)",
      (source) => (source === "name" ? source : resolve(source)),
    )
    .addOption(
      new Option("--as <kind>", "read arrays as images or as a table (default: detected)").choices(["images", "table"]),
    )
    .option("--pixel-range <low,high>", "the values of black and white (images in arrays)", parseRange);
}

function parseRange(text: string): [number, number] {
  const [low, high, ...more] = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (more.length === 0 && Number.isFinite(low) && Number.isFinite(high) && low < high) return [low, high];
  throw new InvalidArgumentError("Expected two numbers LOW,HIGH with LOW below HIGH, such as 0,1 or 0,255.");
}

/** The fields of a request that are flags of the same name. */
export const imageFlags = ["skipBroken", "labelsFrom", "as", "pixelRange"] as const;

export function imageOptionsOf({ skipBroken, labelsFrom, as, pixelRange }: ImageFlags): ImageOptions {
  return { skipBroken, labelsFrom, as, pixelRange };
}
