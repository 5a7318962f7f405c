import type { Kernels } from "../kernels/kernels.ts";
import type { RandomState } from "../random/randomState.ts";
import type { DType } from "../tensor/tensor.ts";
import { Gelu } from "./activation.ts";
import { Dropout } from "./dropout.ts";
import { Flatten } from "./flatten.ts";
import type { InitializerName } from "./initializers.ts";
import { Linear } from "./linear.ts";
import { multilayerPerceptron } from "./multilayerPerceptron.ts";
import { Sequential } from "./sequential.ts";

// The networks of the assignment, with the initScale of their weights: initScale · N(0, 1).

export interface NetworkOptions {
  /** draws the weights in layer order */
  readonly random: RandomState;
  readonly initScale?: number;
  readonly initializer?: InitializerName;
  readonly dtype?: DType;
  readonly kernels?: Kernels;
}

/** flatten, fc1 (15→5), gelu, with initScale 0.01: the assignment's first chain of two layers. */
export function fcGelu({ initScale = 0.01, kernels, ...rest }: NetworkOptions): Sequential {
  const linear = { initScale, ...rest };
  return new Sequential([new Flatten(), new Linear(15, 5, { name: "fc1", ...linear }), new Gelu()], { kernels });
}

/** fc1 (4→30), gelu, fc2 (30→7), with initScale 0.02. */
export function smallFullyConnected({ initScale = 0.02, kernels, ...rest }: NetworkOptions): Sequential {
  const linear = { initScale, ...rest };
  const layers = [
    new Linear(4, 30, { name: "fc1", ...linear }),
    new Gelu(),
    new Linear(30, 7, { name: "fc2", ...linear }),
  ];
  return new Sequential(layers, { kernels });
}

/** flatten, fc1 (15→20), gelu, fc2 (20→30), gelu, fc3 (30→10), gelu, dropout, with initScale 0.05. */
export function dropoutNet({
  keepProb,
  initScale = 0.05,
  kernels,
  ...rest
}: NetworkOptions & { readonly keepProb: number }): Sequential {
  const linear = { initScale, ...rest };
  const layers = [
    new Flatten(),
    new Linear(15, 20, { name: "fc1", ...linear }),
    new Gelu(),
    new Linear(20, 30, { name: "fc2", ...linear }),
    new Gelu(),
    new Linear(30, 10, { name: "fc3", ...linear }),
    new Gelu(),
    new Dropout(keepProb),
  ];
  return new Sequential(layers, { kernels });
}

/** flatten, fc1 (3072→128), gelu, fc2 (128→20), with initScale 0.002: 31 % on the 20 superclasses of CIFAR-100. */
export function tinyNet(options: NetworkOptions): Sequential {
  return multilayerPerceptron({ sizes: [3072, 128, 20], initScale: 0.002, ...options });
}

/** flatten, 3072-100-100-100-100-100-20 with gelu between, with initScale 0.1: what the comparisons train. */
export function fullyConnectedNetwork(options: NetworkOptions): Sequential {
  return multilayerPerceptron({ sizes: [3072, 100, 100, 100, 100, 100, 20], initScale: 0.1, ...options });
}
