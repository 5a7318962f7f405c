import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray } from "./array.ts";

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

export class BinaryCrossEntropyLoss {
  logits?: NdArray;
  targets?: NdArray;

  forward(logits: NdArray, targets: NdArray): number {
    this.logits = logits;
    this.targets = targets;
    let sum = 0;
    for (let i = 0; i < logits.size; i++) {
      const [x, t] = [logits.data[i], targets.data[i]];
      sum += Math.max(x, 0) - x * t + Math.log(1 + Math.exp(-Math.abs(x)));
    }
    return sum / logits.size;
  }

  backward(): NdArray {
    const { targets } = this;
    return map(this.logits, (x, i) => (sigmoid(x) - targets.data[i]) / targets.size);
  }
}
`;

const byCase = `import { NdArray } from "./array.ts";

export class BinaryCrossEntropyLoss {
  forward({ shape, data }, targets) {
    this.gradient = new NdArray(shape);
    let loss = 0;
    data.forEach((x, i) => {
      const t = targets.data[i];
      const logOfP = x > 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
      const logOfRest = x > 0 ? -x - Math.log1p(Math.exp(-x)) : -Math.log1p(Math.exp(x));
      loss -= (t * logOfP + (1 - t) * logOfRest) / data.length;
      this.gradient.data[i] = (Math.exp(logOfP) - t) / data.length;
    });
    return loss;
  }
  backward() {
    return new NdArray(this.gradient.shape, this.gradient.data);
  }
}
`;

const term = "Math.max(x, 0) - x * t + Math.log(1 + Math.exp(-Math.abs(x)))";
const naive = "-t * Math.log(sigmoid(x)) - (1 - t) * Math.log(1 - sigmoid(x))";

export const binaryCrossEntropy: Submissions = {
  id: "binaryCrossEntropy",
  solution,
  styles: [byCase],
  mistakes: [
    { name: "from p", causes: ["overflow"], change: [[term, naive]] },
    {
      name: "from p with a small number",
      causes: ["overflow"],
      change: [[term, "-t * Math.log(sigmoid(x) + 1e-12) - (1 - t) * Math.log(1 - sigmoid(x) + 1e-12)"]],
    },
    { name: "log(1 + eˣ)", causes: ["overflow"], change: [[term, "Math.log(1 + Math.exp(x)) - x * t"]] },
    { name: "only the targets 1", causes: ["missing-term"], change: [[term, "-t * Math.log(sigmoid(x))"]] },
    { name: "the wrong sign", causes: ["sign"], change: [[term, `-(${term})`]] },
    { name: "the sum", causes: ["missing-1/N"], change: [["return sum / logits.size", "return sum"]] },
    {
      name: "divided by the batch",
      causes: ["missing-1/N"],
      change: [
        ["return sum / logits.size", "return sum / logits.shape[0]"],
        ["/ targets.size", "/ targets.shape[0]"],
      ],
    },
    { name: "no magnitude", causes: ["missing-magnitude"], change: [["Math.exp(-Math.abs(x))", "Math.exp(-x)"]] },
    { name: "no mean in backward", causes: ["missing-1/N"], change: [[" / targets.size", ""]] },
    {
      name: "σ′ in backward",
      causes: ["extra-factor"],
      change: [["(sigmoid(x) - targets.data[i])", "(sigmoid(x) - targets.data[i]) * sigmoid(x) * (1 - sigmoid(x))"]],
    },
    {
      name: "no σ in backward",
      causes: ["missing-sigmoid"],
      change: [["(sigmoid(x) - targets.data[i])", "(x - targets.data[i])"]],
    },
    { name: "t − p", causes: ["sign"], change: [["(sigmoid(x) - targets.data[i])", "(targets.data[i] - sigmoid(x))"]] },
    {
      name: "σ as eˣ/(1 + eˣ)",
      causes: ["overflow", "nan"],
      change: [
        ["(x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))", "Math.exp(x) / (1 + Math.exp(x))"],
      ],
    },
    {
      name: "targets are kept",
      causes: ["stale-state"],
      change: [["this.targets = targets;", "this.targets ??= targets;"]],
    },

    {
      name: "rounded targets",
      causes: ["rounded"],
      change: [["[logits.data[i], targets.data[i]]", "[logits.data[i], Math.round(targets.data[i])]"]],
    },
    {
      name: "logits are cut off",
      causes: ["clipped"],
      change: [["[logits.data[i], targets.data[i]]", "[Math.max(-30, Math.min(30, logits.data[i])), targets.data[i]]"]],
    },
  ],
};
