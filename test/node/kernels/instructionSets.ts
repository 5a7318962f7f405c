import { bfloat16Problem, nativeStatus } from "../../../src/node/kernels/nativeKernels.ts";

/** Runs `body` as on a processor that has nothing better than `isa`. */
export function withIsa<Result>(isa: string, body: () => Result): Result {
  const before = process.env.HANDGRAD_NATIVE_ISA;
  process.env.HANDGRAD_NATIVE_ISA = isa;
  try {
    return body();
  } finally {
    if (before === undefined) delete process.env.HANDGRAD_NATIVE_ISA;
    else process.env.HANDGRAD_NATIVE_ISA = before;
  }
}

/** The instruction sets that this machine supports. "amx" has the kernels of avx512 except for bfloat16. */
export const instructionSets = ["avx512", "avx2", "baseline", "neon"].filter(
  (isa) => withIsa(isa, nativeStatus).available,
);

/** The instruction sets of this machine with products in bfloat16. */
export const setsOfBfloat16 = ["amx", "avx512"].filter((isa) => withIsa(isa, bfloat16Problem) === undefined);
