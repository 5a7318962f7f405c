// The attributes of the elements, which docs/embedding.md explains.

/** The attributes that determine the numbers of a step, as in addresses of the app. */
export const stepAttributes = [
  ...["network", "layers", "seed", "batch", "loss", "optimizer", "rate", "trained", "entry"],
] as const;

export const stepsAttributes: readonly string[] = [...stepAttributes, "position", "controls"];
export const playgroundAttributes: readonly string[] = ["address", "texts"];
