import type { Mistake } from "../../exercise.ts";
import { quantity, scalar, zipped } from "../../quantities.ts";
import { names, namingOf, resultsOf, weights } from "./results.ts";
import { joined, type NetworkCase, simulate, type Use } from "./simulation.ts";

const usage = (
  cause: string,
  message: string,
  use: (one: NetworkCase, places: readonly number[]) => Use,
): Mistake<NetworkCase> => ({
  cause,
  message,
  results: (one) => {
    const places = one.layers.map((_, place) => place);
    const { [names.y]: y, [names.dx]: dx, [names.gradients]: gradients } = resultsOf(one, use(one, places));
    const wrong = use(one, places);
    return wrong.forward || wrong.isForwardChained === false || wrong.isTraining
      ? {
          [names.y]: y,
          [names.dx]: dx,
          [names.secondY]: y,
          [names.evaluated]: simulate(one, { ...wrong, isTraining: () => false }).y,
          [names.gradients]: gradients,
        }
      : { [names.dx]: dx, [names.gradients]: gradients };
  },
});

const forward: Mistake<NetworkCase>[] = [
  usage("reversed", "forward runs through the layers from the last one to the first", (_, places) => ({
    forward: places.toReversed(),
  })),
  usage(
    "reversed",
    "forward and backward are exchanged: forward runs from the last layer to the first, backward from the first to the last",
    (_, places) => ({
      forward: places.toReversed(),
      backward: places,
    }),
  ),
  usage("missing-layer", "forward leaves out the last layer", (_, places) => ({ forward: places.slice(0, -1) })),
  usage("missing-layer", "forward and backward leave out the last layer", (_, places) => ({
    forward: places.slice(0, -1),
    backward: places.slice(0, -1).toReversed(),
  })),
  usage("missing-layer", "forward leaves out the first layer", (_, places) => ({ forward: places.slice(1) })),
  usage("missing-layer", "forward and backward leave out the first layer", (_, places) => ({
    forward: places.slice(1),
    backward: places.slice(1).toReversed(),
  })),
  usage("missing-layer", "forward leaves out the first two layers", (_, places) => ({ forward: places.slice(2) })),
  usage("missing-layer", "forward leaves out the last two layers", (_, places) => ({ forward: places.slice(0, -2) })),
  usage("missing-layer", "forward uses every second layer only", (_, places) => ({
    forward: places.filter((place) => place % 2 === 0),
  })),
  usage("missing-layer", "forward returns the result of the first layer", (_, places) => ({
    forward: places.slice(0, 1),
  })),
  usage("not-chained", "every layer gets x: each should get what the layer before it returned", () => ({
    isForwardChained: false,
  })),
  usage(
    "not-chained",
    "every layer gets x in forward and dy in backward: each should get what its neighbour returned",
    () => ({
      isForwardChained: false,
      isBackwardChained: false,
    }),
  ),
  usage("repeated-layer", "the first layer is applied twice", (_, places) => ({ forward: [0, ...places] })),
  usage("repeated-layer", "the last layer is applied twice", (_, places) => ({
    forward: [...places, places.length - 1],
  })),
  usage("repeated-layer", "every layer is applied twice", (_, places) => ({
    forward: places.flatMap((place) => [place, place]),
  })),
  usage("repeated-layer", "all layers are applied twice", (_, places) => ({ forward: [...places, ...places] })),
  usage("training-not-passed", "forward does not tell its layers that this is training", () => ({
    isTraining: () => false,
  })),
  usage("training-not-passed", "only the first layer is told that this is training", () => ({
    isTraining: (place) => place === 0,
  })),
  usage("training-not-passed", "the last layer is not told that this is training", ({ layers }) => ({
    isTraining: (place) => place < layers.length - 1,
  })),
  {
    cause: "sum",
    message: "forward adds the results of the layers: each should get what the layer before it returned",
    results: (one) => ({
      [names.y]: one.layers
        .map((_, place) => simulate(one, { forward: [place] }).y)
        .reduce((sum, y) => zipped(sum, y, (a, b) => a + b)),
    }),
  },
];

const reversedNames = ({ layers }: NetworkCase): string[] =>
  layers.toReversed().flatMap(({ w }, place) => (w ? [`${place}.w`] : []));

const backward: Mistake<NetworkCase>[] = [
  usage(
    "reversed",
    "backward runs from the first layer to the last: gradients flow from the last layer to the first",
    (_, places) => ({ backward: places }),
  ),
  usage("missing-layer", "backward leaves out the last layer", (_, places) => ({
    backward: places.slice(0, -1).toReversed(),
  })),
  usage("missing-layer", "backward leaves out the first layer", (_, places) => ({
    backward: places.slice(1).toReversed(),
  })),
  usage("missing-layer", "backward leaves out the first two layers", (_, places) => ({
    backward: places.slice(2).toReversed(),
  })),
  usage("missing-layer", "backward leaves out the last two layers", (_, places) => ({
    backward: places.slice(0, -2).toReversed(),
  })),
  usage("missing-layer", "backward uses only the last layer", (_, places) => ({ backward: places.slice(-1) })),
  usage("missing-layer", "backward uses only the first layer", (_, places) => ({ backward: places.slice(0, 1) })),
  usage("not-chained", "every layer gets dy in backward: each should get what the layer behind it returned", () => ({
    isBackwardChained: false,
  })),
  usage(
    "not-chained",
    "every layer gets dy in backward, and the layers run from the first to the last",
    (_, places) => ({
      isBackwardChained: false,
      backward: places,
    }),
  ),
  usage("repeated-layer", "backward uses every layer twice", (_, places) => ({
    backward: places.toReversed().flatMap((place) => [place, place]),
  })),
  {
    cause: "list-reversed",
    message: "backward reverses the list of layers in place, so later passes run through it in the wrong order",
    results: (one) => ({
      [names.secondY]: simulate(one, { forward: one.layers.map((_, place) => place).toReversed() }).y,
      [names.values]: joined(weights(one).toReversed()),
      [names.gradients]: joined(simulate(one).gradients.toReversed()),
      [names.naming]: scalar(namingOf(reversedNames(one), one)),
    }),
  },
  {
    cause: "wrong-result",
    message: "backward returns what the last layer returned: ∂J/∂x comes from the first layer",
    results: (one) => ({ [names.dx]: simulate(one, { backward: [one.layers.length - 1] }).dx }),
  },
  {
    cause: "wrong-result",
    message:
      "backward returns the gradient that arrives at the first layer: ∂J/∂x is the value that this layer returns",
    results: (one) => ({
      [names.dx]: simulate(one, {
        backward: one.layers
          .map((_, place) => place)
          .slice(1)
          .toReversed(),
      }).dx,
    }),
  },
];

const evaluation: Mistake<NetworkCase>[] = [
  {
    cause: "training-always",
    message: "in evaluation, layers are told that this is training",
    results: (one) => ({ [names.evaluated]: simulate(one).y }),
  },
  {
    cause: "training-evaluation-swapped",
    message: "training and evaluation are exchanged",
    results: (one) => ({
      ...resultsOf(one, { isTraining: () => false }),
      [names.secondY]: simulate(one, { isTraining: () => false }).y,
      [names.evaluated]: simulate(one).y,
    }),
  },
];

const passes: Mistake<NetworkCase>[] = [2, 3].map((factor) => ({
  cause: "repeated-layer",
  message: `one forward pass calls forward ${factor === 2 ? "twice" : "three times"} on every layer: a dropout layer would draw a mask each time`,
  results: ({ layers }) => ({
    [names.passes]: quantity(
      [layers.length],
      layers.map(() => factor),
    ),
  }),
}));

/** Mistakes of forward and backward. */
export const passMistakes: readonly Mistake<NetworkCase>[] = [...forward, ...backward, ...evaluation, ...passes];
