import type { Numbers } from "../tensor/tensor.ts";
import { checkPool } from "./checkImages.ts";
import type { ImageKernels, Window2d } from "./imageKernels.ts";
import * as at from "./wasmCall.ts";
import type { WasmMachine } from "./wasmMachine.ts";

type Pools = Pick<ImageKernels, "maxPool2d" | "maxPool2dBackward" | "averagePool2d" | "averagePool2dBackward">;

/** Pools in WebAssembly. */
export function wasmPools(machine: WasmMachine): Pools {
  /** `operation` writes rows of pixels, `high` rows in each image. */
  function run(of: Window2d, high: number, work: number): void {
    const { batch, input, output, channels, kernel, stride, dilation, padding } = of;
    const words = {
      ...{ [at.HEIGHT]: output[0], [at.WIDTH]: output[1], [at.FROM_HEIGHT]: input[0], [at.FROM_WIDTH]: input[1] },
      ...{ [at.STRIDE_V]: stride[0], [at.STRIDE_H]: stride[1], [at.STEP_V]: dilation[0], [at.STEP_H]: dilation[1] },
      ...{ [at.ORIGIN_V]: -padding[0], [at.ORIGIN_H]: -padding[1], [at.DEPTH]: channels },
      ...{ [at.PLACES_HIGH]: kernel[0], [at.PLACES_WIDE]: kernel[1] },
    };
    for (const [index, value] of Object.entries(words)) machine.window(Number(index), value);
    machine.run(batch * high, work);
  }

  function begin(operation: number, to: Numbers, from: Numbers, countPadding = false): void {
    machine.begin(operation, to);
    machine.array(0, to, "output");
    machine.array(1, from, "input");
    machine.word(at.COUNT_PADDING, countPadding ? 1 : 0);
  }

  const work = (y: Numbers, { kernel }: Window2d): number => y.length * kernel[0] * kernel[1];

  return {
    maxPool2d(y, places, x, of) {
      checkPool("maxPool2d", x, y, of, { places });
      begin(at.MAX_POOL, y, x);
      machine.array(2, places, "output");
      run(of, of.output[0], work(y, of));
    },

    maxPool2dBackward(dx, dy, places, of) {
      checkPool("maxPool2dBackward", dx, dy, of, { places });
      begin(at.MAX_POOL_BACKWARD, dx, dy);
      machine.array(2, places, "input");
      run(of, of.input[0], work(dy, of));
    },

    averagePool2d(y, x, of, countPadding) {
      checkPool("averagePool2d", x, y, of, { touching: !countPadding });
      begin(at.AVERAGE_POOL, y, x, countPadding);
      run(of, of.output[0], work(y, of));
    },

    averagePool2dBackward(dx, dy, of, countPadding) {
      checkPool("averagePool2dBackward", dx, dy, of, { touching: !countPadding });
      begin(at.AVERAGE_POOL_BACKWARD, dx, dy, countPadding);
      run(of, of.input[0], work(dy, of));
    },
  };
}
