import { expect, test } from "vitest";
import { CrossEntropyLoss, Tensor } from "../../src/index.ts";
// PyTorch's results: fixtures/losses/crossEntropy.py
import oracle from "../fixtures/losses/crossEntropy.json" with { type: "json" };

test.each(oracle.cases)(
  "PyTorch's: $targets, weighted $weighted, smoothed $labelSmoothing, mean $sizeAverage",
  ({ targets, weighted, labelSmoothing, sizeAverage, loss, dx }) => {
    const ours = new CrossEntropyLoss({
      ...{ labelSmoothing, sizeAverage },
      ...(weighted && { classWeights: oracle.classWeights }),
    });
    const logits = new Tensor([6, 4], Float64Array.from(oracle.x));
    const wanted = targets === "labels" ? oracle.labels : new Tensor([6, 4], Float64Array.from(oracle.probabilities));
    expect(Math.abs(ours.forward(logits, wanted) - loss)).toBeLessThan(1e-13);
    ours.backward().data.forEach((value, i) => {
      expect(Math.abs(value - dx[i])).toBeLessThan(1e-14);
    });
  },
);
