import type { Kernels } from "../kernels/kernels.ts";
import { pow } from "../mathematics/power.ts";
import { fitLinear, type LinearData, type LinearWeights, linearLoss } from "./linearFit.ts";
import { inRowSpace } from "./rowSpace.ts";
import { fitSparse, largestPenalty } from "./sparseFit.ts";

/**
 * The penalties on squares that are tried, the largest first, so that each starts from a near solution. With the largest, the outputs are
 * about the same for every row, which is best if inputs and target are unrelated.
 */
const penalties = [10_000, 1000, 100, 10, 1, 0.1];
const iterations = 100;
/** Penalties of sparse solutions, relative to the least one with which no input has a weight. */
const sparsePenalties = Array.from({ length: 14 }, (_, k) => pow(0.6, k + 1));
/** Sparse solutions are tried up to this number of rows per input. */
const mostRowsPerInput = 2;
/**
 * With more rows than this, the sparse penalties end after two that are worse than the best. With fewer, all are tried, because the loss may
 * fall again once a solution separates all rows.
 */
const fewRows = 300;

export interface FoldSolutions {
  /** mean loss on the held-out rows */
  readonly loss: number;
  /** without each fold */
  readonly perFold: readonly LinearWeights[];
  /** of all rows */
  readonly whole: LinearWeights;
}

/**
 * Linear models without each fold of the rows, `split`, and of all rows, with the penalty of the least loss on the rows of the folds: a sum of
 * squares (ridge), or, with many inputs for few rows, a sum of absolute values if its loss is less.
 */
export function fitFolds(all: LinearData, split: Int32Array, folds: number, kernels: Kernels): FoldSolutions {
  const wide = all.inputs > all.rows ? inRowSpace(all, kernels) : undefined;
  const ridge = bestOfPath(wide?.data ?? all, split, folds, kernels, {
    path: penalties,
    fit: (data, penalty, start) => fitLinear(data, penalty, kernels, start?.slice(), iterations),
  });
  if (all.rows <= mostRowsPerInput * all.inputs) {
    const largest = largestPenalty(all, kernels);
    const sparse = bestOfPath(all, split, folds, kernels, {
      path: sparsePenalties.map((part) => part * largest),
      fit: (data, penalty, start) => fitSparse(data, penalty, kernels, start),
      ...(all.rows > fewRows && { patience: 2 }),
    });
    if (sparse.loss < ridge.loss) return sparse;
  }
  return wide ? { ...ridge, perFold: ridge.perFold.map(wide.weights), whole: wide.weights(ridge.whole) } : ridge;
}

interface Path {
  /** penalties, the largest first */
  readonly path: readonly number[];
  readonly fit: (data: LinearData, penalty: number, start: LinearWeights | undefined) => LinearWeights;
  /** ends after this number of successive penalties that are worse than the best */
  readonly patience?: number;
}

/** The solutions of the penalty with the least loss on the rows of the folds. Ends when the loss has become much larger. */
function bestOfPath(
  all: LinearData,
  split: Int32Array,
  folds: number,
  kernels: Kernels,
  { path, fit, patience = Infinity }: Path,
): FoldSolutions {
  const parts = Array.from({ length: folds }, (_, f) => ({
    rest: chosenRows(all, (row) => split[row] !== f),
    fold: chosenRows(all, (row) => split[row] === f),
  }));
  let best: FoldSolutions | undefined;
  let start: LinearWeights | undefined;
  let worse = 0;
  for (const penalty of path) {
    const whole = fit(all, penalty, start);
    start = whole;
    let loss = 0;
    const perFold = parts.map(({ rest, fold }) => {
      const weights = rest.rows > 0 ? fit(rest, penalty, whole) : whole;
      if (fold.rows > 0) loss += (linearLoss(fold, weights, kernels) * fold.rows) / all.rows;
      return weights;
    });
    worse = best && loss >= best.loss ? worse + 1 : 0;
    if (!best || loss < best.loss) best = { loss, perFold, whole };
    else if (loss > 1.5 * best.loss || worse >= patience) break;
  }
  return best as FoldSolutions;
}

function chosenRows(data: LinearData, choose: (row: number) => boolean): LinearData {
  const rows = Int32Array.from({ length: data.rows }, (_, row) => row).filter(choose);
  const pick = (source: Float64Array, width: number) => {
    const picked = new Float64Array(rows.length * width);
    rows.forEach((row, i) => {
      picked.set(source.subarray(row * width, (row + 1) * width), i * width);
    });
    return picked;
  };
  return { ...data, x: pick(data.x, data.inputs), y: pick(data.y, data.outputs), rows: rows.length };
}
