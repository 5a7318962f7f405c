import { Command } from "commander";
import { decodeReplay, describeLayers, openKernels, readRegularFile, readTeacher, replayStep } from "../src/node.ts";
import { type KernelFlags, withKernels } from "./options.ts";

export function replayCommand(): Command {
  const command = new Command("replay")
    .description("repeat the training step that produced NaN or infinity")
    .argument("<file>", "the file replay-step-….safetensors in the run folder");
  return withKernels(command).action(replayFile);
}

function replayFile(file: string, flags: KernelFlags): void {
  const replay = decodeReplay(readRegularFile(file), { name: file });
  const { choice, strict } = replay.kernels;
  const known = choice === "native" || choice === "wasm" || choice === "scalar" ? choice : undefined;
  const { precision } = replay.settings;
  const kernels = openKernels({ ...flags, kernels: flags.kernels ?? known, strict: flags.strict ?? strict, precision });
  const { settings, learningRate, checkpoint, batch } = replay;
  console.log(
    `network ${describeLayers(settings)}, ${settings.optimizer}, learning rate ${learningRate}, ${kernels.name}`,
  );
  console.log(`labels of the batch: ${batch.labels.join(", ")}`);
  for (const [name, { data }] of Object.entries(checkpoint.state.network)) {
    const largest = Array.from(data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    console.log(`  ${name.padEnd(10)} largest size before the step ${largest.toPrecision(4)}`);
  }
  const outcome = replayStep(replay, kernels, settings.teacher && readTeacher(settings.teacher).model);
  kernels.close();
  if (outcome) {
    console.log(outcome.message);
    process.exitCode = 1;
  } else {
    console.log("every number in this step is finite here; the run used other kernels or another version");
  }
}
