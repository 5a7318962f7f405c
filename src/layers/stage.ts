import type { Layer } from "./layer.ts";

/** What a network computes at a time: a layer, or two layers that share their passes over memory. */
export type Stage = Pick<Layer, "parameters" | "forward" | "backward" | "backwardParameters">;

/** Whether a layer computes what its class states: a subclass or a caller may have replaced a method. */
export function hasMethodsOf({ prototype }: { readonly prototype: Layer }, { forward, backward }: Layer): boolean {
  return forward === prototype.forward && backward === prototype.backward;
}
