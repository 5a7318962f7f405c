import type { NetworkDescription } from "../src/node.ts";

/** A network for 32×32 images, similar to airbench94, with widths 64, 64, 128. */
export function smallNetwork(activation: "geluExact" | "relu"): NetworkDescription {
  const convolution = (outputs: number) =>
    ({ kind: "conv2d", outputs, kernel: 3, padding: "same", bias: false }) as const;
  const normalize = [{ kind: "batchNorm" }, { kind: activation }] as const;
  const block = (outputs: number) => [
    convolution(outputs),
    { kind: "maxPool2d", size: 2 } as const,
    ...normalize,
    convolution(outputs),
    ...normalize,
  ];
  return {
    inputShape: [32, 32, 3],
    layers: [
      { kind: "conv2d", outputs: 24, kernel: 2 },
      { kind: activation },
      ...[64, 64, 128].flatMap(block),
      { kind: "maxPool2d", size: 3 },
      { kind: "flatten" },
      { kind: "linear", outputs: 100 },
    ],
  };
}
