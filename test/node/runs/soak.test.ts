import { expect, test } from "vitest";
import { interrupted, soakCases, uninterrupted } from "../../../scripts/soakRunner.ts";

// The small version of `npm run soak`.
test("runs that are killed and resumed, some several times, end as the run never interrupted", {
  timeout: 120_000,
}, async () => {
  const run = async (which: ReturnType<typeof soakCases>[number], seed: number) => {
    const short = { ...which, epochs: 3 };
    const { hash, milliseconds } = await uninterrupted(short);
    for (const again of [0, 1]) {
      const outcome = await interrupted(short, seed + again, milliseconds);
      expect(outcome.problems).toEqual([]);
      expect(outcome.hash).toBe(hash);
    }
  };
  const [sgd, adam] = soakCases(["wasm"]);
  await Promise.all([run(sgd, 11), run(adam, 21)]);
});
