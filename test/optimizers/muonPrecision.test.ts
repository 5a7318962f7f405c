import { expect, test } from "vitest";
import { RandomState } from "../../src/index.ts";
import { scalarKernels } from "../../src/kernels/scalar.ts";
import { bfloat16Problem, nativeKernels } from "../../src/node/kernels/nativeKernels.ts";
import { Orthogonalizer } from "../../src/optimizers/orthogonalize.ts";

test.skipIf(bfloat16Problem() !== undefined)("bfloat16 kernels orthogonalize as in float32", () => {
  const [rows, columns] = [96, 40];
  const random = new RandomState(5);
  const given = new Float32Array(rows * columns);
  random.fillRandn(given);
  // directions of very different sizes, whose squares are far beyond the precision of bfloat16
  given.forEach((value, i) => {
    given[i] = value * 2 ** -(i % columns);
  });
  const kernels = nativeKernels({ threads: 1, precision: "bfloat16" });
  const orthogonalized = (of: typeof kernels) => {
    const x = of.allocate("float32", given.length);
    x.set(given);
    new Orthogonalizer(of, x, [[rows, columns]]).apply(x, rows, columns);
    return [...x];
  };
  const expected = orthogonalized(scalarKernels);
  const found = orthogonalized(kernels);
  kernels.close();
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-3);
});
