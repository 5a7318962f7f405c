import { Command } from "commander";
import { openKernels, predictImages, readImage, readModel } from "../src/node.ts";
import { count, type KernelFlags, withKernels } from "./options.ts";

interface Flags extends KernelFlags {
  readonly top: number;
  readonly json?: boolean;
}

export function predictCommand(): Command {
  const command = new Command("predict")
    .description("the most probable labels of image files (JPEG, PNG, WebP; any size)")
    .argument("<run>", "run folder or model file")
    .argument("<images...>", "image files")
    .option("--top <n>", "labels to show for each", count, 5)
    .option("--json", "print JSON, a line for each image");
  return withKernels(command).action(predict);
}

async function predict(run: string, images: readonly string[], { top, json, ...flags }: Flags): Promise<void> {
  const model = readModel(run);
  const [height, width] = model.inputShape;
  const kernels = openKernels(flags);
  for (const image of images) {
    const pixels = await readImage(image, { height, width });
    const [ranking] = predictImages(model, [pixels], kernels);
    const labels = ranking.slice(0, top);
    if (json) {
      console.log(JSON.stringify({ image, labels }));
      continue;
    }
    console.log(image);
    const length = Math.max(...labels.map(({ label }) => label.length));
    for (const { label, probability } of labels) {
      const bar = "█".repeat(Math.round(probability * 30));
      console.log(`  ${label.padEnd(length)}  ${(100 * probability).toFixed(1).padStart(5)} %  ${bar}`);
    }
  }
  if (model.standIn) console.error("This model was trained on the procedural stand-in, not on photographs.");
  kernels.close();
}
