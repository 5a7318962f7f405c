import type { Numbers } from "../tensor/tensor.ts";
import { checkBatchNorm } from "./checks.ts";
import type { NormKernels } from "./kernels.ts";
import { scalarNorms } from "./scalarNorms.ts";
import * as at from "./wasmCall.ts";
import type { WasmMachine } from "./wasmMachine.ts";

/** Batch normalization in WebAssembly; layer normalization uses the plain kernels. */
export function wasmNorms(machine: WasmMachine): NormKernels {
  function run(
    operation: number,
    outputs: readonly Numbers[],
    inputs: readonly Numbers[],
    sizes: readonly [rows: number, columns: number],
    epsilon: number,
  ): void {
    machine.begin(operation, outputs[0]);
    [...outputs, ...inputs].forEach((array, i) => {
      machine.array(
        i < at.MORE_AFTER ? i : at.MORE + i - at.MORE_AFTER,
        array,
        i < outputs.length ? "output" : "input",
      );
    });
    machine.sizes(...sizes);
    machine.number(0, epsilon);
    machine.run(Math.ceil(sizes[1] / at.NORM_COLUMNS), 6 * sizes[0] * sizes[1]);
  }

  return {
    ...scalarNorms,

    batchNorm(y, mean, variance, x, w, b, rows, columns, epsilon) {
      checkBatchNorm("batchNorm", [y, x], [mean, variance, w, b], rows, columns);
      run(at.BATCH_NORM, [y, mean, variance], [x, w, b], [rows, columns], epsilon);
    },

    batchNormEvaluate(y, mean, variance, x, w, b, rows, columns, epsilon) {
      checkBatchNorm("batchNormEvaluate", [y, x], [mean, variance, w, b], rows, columns);
      run(at.BATCH_NORM_EVALUATE, [y], [mean, variance, x, w, b], [rows, columns], epsilon);
    },

    batchNormBackward(dx, dw, db, dy, x, mean, variance, w, rows, columns, epsilon) {
      checkBatchNorm("batchNormBackward", [dx, dy, x], [dw, db, mean, variance, w], rows, columns);
      run(at.BATCH_NORM_BACKWARD, [dx, dw, db], [dy, x, mean, variance, w], [rows, columns], epsilon);
    },
  };
}
