import type { Quantities } from "../../exercise.ts";
import type { Quantity } from "../../wire.ts";
import { joined, type NetworkCase, simulate, type Use } from "./simulation.ts";

/** What is reported, in the order in which it should be repaired. */
export const names = {
  y: "y",
  dx: "dx",
  secondY: "y of a second pass",
  evaluated: "y in evaluation",
  passes: "how often forward is called on each layer",
  isFlat: "whether parameters() returns one list",
  count: "the number of parameters",
  values: "the values of the parameters",
  gradients: "the gradients of the parameters",
  naming: "the rule of the parameters' names",
  secondCount: "the number of parameters at a second call",
  changed: "y after the parameters have changed",
  changedGradients: "the gradients after a change in place",
} as const;

export const weights = ({ layers }: NetworkCase): Quantity[] => layers.flatMap(({ w }) => w ?? []);

/** y, dx and gradients of a network whose layers are used in this way. */
export function resultsOf(one: NetworkCase, use?: Use): Quantities {
  const { y, dx, gradients } = simulate(one, use);
  return { [names.y]: y, [names.dx]: dx, [names.gradients]: joined(gradients) };
}

/** Rules that names of parameters follow; the first one is right. */
export const namings = ["place.name", "unchanged", "from 1", "with parameters", "other"] as const;

/** Which rule the names follow, as its place in `namings`. */
export function namingOf(found: readonly unknown[], { layers }: NetworkCase): number {
  const places = layers.flatMap(({ w }, place) => (w ? [place] : []));
  const rules: readonly (readonly string[])[] = [
    places.map((place) => `${place}.w`),
    places.map(() => "w"),
    places.map((place) => `${place + 1}.w`),
    places.map((_, at) => `${at}.w`),
  ];
  const at = rules.findIndex((rule) => rule.length === found.length && rule.every((name, i) => name === found[i]));
  return at < 0 ? namings.indexOf("other") : at;
}
