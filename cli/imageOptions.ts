import type { Command } from "commander";
import type { ImageOptions } from "../src/node.ts";

/** What a user can decide about images: the same options for `train`, `sweep` and `data info`. */
export interface ImageFlags {
  readonly skipBroken?: boolean;
  readonly labelsFrom?: string;
}

export function withImages(command: Command): Command {
  return command
    .option("--skip-broken", "of images: leave out files that cannot be decoded, and count them")
    .option("--labels-from <source>", "of images without class folders: `name` takes the class from cat.1.jpg");
}

/** The fields of a request that are flags of the same name. */
export const imageFlags = ["skipBroken", "labelsFrom"] as const;

export function imageOptionsOf({ skipBroken, labelsFrom }: ImageFlags): ImageOptions {
  return { skipBroken, labelsFrom };
}
