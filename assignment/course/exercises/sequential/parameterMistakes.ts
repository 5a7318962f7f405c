import type { Mistake, Quantities } from "../../exercise.ts";
import { mapped, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { names, namings, weights } from "./results.ts";
import { joined, type NetworkCase, simulate } from "./simulation.ts";

/** Mistakes of parameters(). */
export const parameterMistakes: readonly Mistake<NetworkCase>[] = [
  {
    cause: "nested-list",
    message: "parameters() returns a list of lists: all parameters belong in one list",
    results: () => ({ [names.isFlat]: scalar(0) }),
  },
  {
    cause: "missing-layer",
    message: "parameters() returns an empty list",
    results: () => ({ [names.count]: scalar(0) }),
  },
  ...(
    [
      [(all) => all.slice(0, 1), "missing-layer", "parameters() returns those of the first layer only"],
      [(all) => all.slice(-1), "missing-layer", "parameters() returns those of the last layer only"],
      [(all) => all.slice(0, -1), "missing-layer", "parameters() leaves out those of the last layer"],
      [(all) => all.slice(1), "missing-layer", "parameters() leaves out those of the first layer"],
      [(all) => all.toReversed(), "order", "parameters() returns the parameters from the last layer to the first"],
      [(all) => [...all, ...all], "repeated-layer", "parameters() returns every parameter twice"],
    ] as readonly (readonly [(all: Quantity[]) => Quantity[], string, string])[]
  ).map(([pick, cause, message]) => ({
    cause,
    message,
    results: (one: NetworkCase): Quantities => ({
      [names.count]: scalar(pick(weights(one)).length),
      [names.values]: joined(pick(weights(one))),
      [names.gradients]: joined(pick([...simulate(one).gradients])),
    }),
  })),
  {
    cause: "exchanged",
    message: "the values and the gradients of the parameters are exchanged",
    results: (_, right) => ({ [names.values]: right[names.gradients], [names.gradients]: right[names.values] }),
  },
  {
    cause: "collected-early",
    message:
      "the parameters are collected before backward, so their gradients are not those of the last backward pass: layers may set new gradient arrays",
    results: (_, right) => ({ [names.gradients]: mapped(right[names.gradients], () => 0) }),
  },
  {
    cause: "names-not-unique",
    message: "parameters of different layers have the same name: an optimizer that keeps state by name mixes them up",
    results: () => ({ [names.naming]: scalar(namings.indexOf("unchanged")) }),
  },
  {
    cause: "names",
    message: "the number in the names counts from 1: the first layer has the place 0",
    results: () => ({ [names.naming]: scalar(namings.indexOf("from 1")) }),
  },
  {
    cause: "names",
    message: "the number in the names counts only layers that have parameters: it is the place among all layers",
    results: () => ({ [names.naming]: scalar(namings.indexOf("with parameters")) }),
  },
  {
    cause: "names",
    message: "the names are not the place of the layer, a dot, and the layer's own name, as in 0.w",
    results: () => ({ [names.naming]: scalar(namings.indexOf("other")) }),
  },
];

/** Mistakes that show when values and gradients are changed in place. */
export const changeMistakes: readonly Mistake<NetworkCase>[] = [
  {
    cause: "accumulated",
    message: "the list of parameters grows at every call of parameters()",
    results: (one) => ({ [names.secondCount]: scalar(2 * weights(one).length) }),
  },
  {
    cause: "copies",
    message: "parameters() returns copies: optimizers change values in place, so they need the layers' own arrays",
    results: (one) => ({ [names.changed]: simulate(one).y }),
  },
  {
    cause: "copies",
    message: "parameters() returns copies of the gradients: what regularizers add to them in place is lost",
    results: (one) => ({ [names.changedGradients]: joined([...simulate(one).gradients]) }),
  },
];
