import { Command } from "commander";
import { checkVector, parseVectors } from "../assignment/node.ts";
import { type DType, openKernels, readRegularText } from "../src/node.ts";
import { type KernelFlags, withKernels } from "./options.ts";

const tolerances: Record<DType, number> = { float64: 1e-12, float32: 1e-5 };

export function vectorsCommand(): Command {
  const command = new Command("vectors")
    .description("check layers, losses, optimizers and random streams against stored results")
    .argument("<file>", "in the format of reference/vectors.json");
  return withKernels(command).action(vectors);
}

function vectors(file: string, flags: KernelFlags): void {
  const cases = parseVectors(readRegularText(file), { name: file });
  const kernels = openKernels(flags);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const dtype of ["float64", "float32"] as const) {
    for (const vector of cases) {
      if (vector.kind === "random" && dtype === "float32") continue; // the streams have one type
      const { title, errors } = checkVector(vector, dtype, kernels);
      const worst = errors && Math.max(0, ...Object.values(errors));
      const outcome = worst === undefined ? "skipped" : worst <= tolerances[dtype] ? "passed" : "failed";
      counts[outcome]++;
      const detail = Object.entries(errors ?? {}).map(([name, error]) => `${name} ${error.toExponential(1)}`);
      console.log(
        `${outcome.padEnd(7)} ${dtype} ${title}${detail.length ? `: ${detail.join(", ")}` : `: no ${vector.kind} of this name`}`,
      );
    }
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0) process.exitCode = 1;
  kernels.close();
}
