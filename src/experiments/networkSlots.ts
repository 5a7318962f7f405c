import type { Sequential } from "../layers/sequential.ts";
import type { Shape } from "../tensor/tensor.ts";

/** The kind of a layer according to its parameters: those that PyTorch and Keras have too, and all others. */
export type SlotKind = "linear" | "conv2d" | "batchNorm" | "layerNorm" | "pRelu" | "other";

/** A layer of a network with parameters: "fc1", or "res1_fc1" within another. */
export interface NetworkSlot {
  readonly name: string;
  readonly kind: SlotKind;
  /** shapes by key: w, b, mean, variance */
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** The layers with parameters in their order, also those within others. */
export function networkSlots(network: Sequential): NetworkSlot[] {
  const slots = new Map<string, Record<string, Shape>>();
  for (const [name, { shape }] of Object.entries(network.save())) {
    const at = name.lastIndexOf("_");
    const layer = name.slice(0, at);
    const shapes = slots.get(layer) ?? {};
    slots.set(layer, { ...shapes, [name.slice(at + 1)]: shape });
  }
  return [...slots].map(([name, shapes]) => ({ name, kind: kindOf(shapes), shapes }));
}

function kindOf(shapes: Readonly<Record<string, Shape>>): SlotKind {
  const keys = Object.keys(shapes).sort().join();
  if ((keys === "b,w" || keys === "w") && shapes.w.length === 4) return "conv2d";
  if (keys === "b,w") return shapes.w.length === 2 ? "linear" : shapes.w.length === 1 ? "layerNorm" : "other";
  if (keys === "w" && shapes.w.length === 1) return "pRelu";
  return keys === "b,mean,variance,w" ? "batchNorm" : "other";
}
