import { chapters, type Exercise } from "./exercise.ts";

// The files of a new project that are not exercises.

export const packageText = `${JSON.stringify(
  {
    name: "problem1",
    private: true,
    type: "module",
    engines: { node: ">=22.18" },
    scripts: { check: "handgrad course check", hint: "handgrad course hint" },
  },
  undefined,
  2,
)}\n`;

export const tsconfigText = `${JSON.stringify(
  {
    compilerOptions: {
      target: "es2024",
      lib: ["es2024", "dom"],
      module: "nodenext",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
    },
    include: ["*.ts"],
  },
  undefined,
  2,
)}\n`;

/** The README of a project, with a table of its exercises. */
export function readmeText(exercises: readonly Exercise[]): string {
  const rows = exercises.map(
    ({ id, title, chapter, points }) => `| [${id}.ts](${id}.ts) | ${title} | ${chapters[chapter]} | ${points} |`,
  );
  const hasExtra = exercises.some(({ chapter }) => chapter === "extra");
  return `# Layers and optimizers by hand

You write the layers, the loss, the optimizers and the training loop of a neural network, with the gradients derived by hand.
Each file is one exercise. Its comments give the formula and the shapes; replace \`notWritten(…)\` with your code.

\`\`\`
handgrad course check             # all exercises: what is right, and what is wrong
handgrad course check linear      # one exercise, or a chapter such as layers
handgrad course hint linear       # the next of three hints; check shows how many you used
handgrad course train             # when the exercises are right: trains a network with your code and writes the report
\`\`\`

- Node runs the TypeScript files directly; there is no build step. Types are removed, not checked; an editor checks them with
  tsconfig.json. Syntax that needs more than removing types, such as \`enum\`, is not available.
- Arrays are \`NdArray\` of array.ts: a shape and a \`Float64Array\` in row-major order. Do not change array.ts: the checks use their own copy.
- Import only files of this folder, by a relative path with its ending, such as \`"./array.ts"\`. Files, the network, timers and
  packages are not available to your code.
- \`console.log\` works: \`check\` shows what your code printed.
- A call may take 1.5 seconds and 1 GB of memory.
- Questions are in a comment at the end of the files; write your answers between the marked lines.

| file | exercise | chapter | points |
| --- | --- | --- | ---: |
${rows.join("\n")}
${hasExtra ? "\nThe extra chapter is optional; its points are counted separately.\n" : ""}`;
}
