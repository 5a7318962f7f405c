// The files of the library as text, in one chunk that is loaded when the code is opened.
const files = import.meta.glob<string>(
  [
    "../../../src/layers/*.ts",
    "../../../src/losses/*.ts",
    "../../../src/optimizers/*.ts",
    "../../../src/kernels/activations.ts",
    "../../../src/kernels/scalar.ts",
    "../../../src/kernels/scalarLayers.ts",
    "../../../src/kernels/scalarUpdates.ts",
  ],
  { query: "?raw", import: "default", eager: true },
);

/** The text of a file below src/: "layers/linear.ts". */
export function sourceText(file: string): string | undefined {
  return files[`../../../src/${file}`];
}
