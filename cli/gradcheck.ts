import { Command } from "commander";
import { gradientChecks, HandgradError } from "../src/node.ts";
import { number } from "./numberOption.ts";

export function gradcheckCommand(): Command {
  return new Command("gradcheck")
    .description("check every gradient of every layer, loss, penalty and preset against central differences")
    .argument("[names...]", "only these kinds of layers, losses, penalties or presets, such as linear or crossEntropy")
    .option(
      "--seed <n>",
      "seed for inputs and parameters",
      number({ minimum: 0, maximum: 2 ** 32 - 1, whole: true }),
      0,
    )
    .action(gradcheck);
}

function gradcheck(names: readonly string[], { seed }: { readonly seed: number }): void {
  const known = new Set(gradientChecks.map(({ name }) => kindOf(name)));
  const wanted = new Set(names);
  const unknown = names.find((name) => !known.has(name) && !gradientChecks.some((check) => check.name === name));
  if (unknown) throw new HandgradError(`gradcheck: found ${unknown}, expected one of ${[...known].join(", ")}`);
  const chosen = gradientChecks.filter(
    ({ name }) => names.length === 0 || wanted.has(name) || wanted.has(kindOf(name)),
  );
  let failed = 0;
  console.log(
    "relative errors max |x − y| / max(1e-8, |x| + |y|) between backward gradients and central differences, float64",
  );
  for (const { part, name, bound, run } of chosen) {
    const errors = run(seed);
    const worst = Math.max(...Object.values(errors));
    const fine = worst <= bound;
    if (!fine) failed++;
    const details = Object.entries(errors).map(([of, error]) => `${of} ${error.toExponential(2)}`);
    console.log(
      `${fine ? "✓" : "✗"} ${part.padEnd(7)} ${name.padEnd(22)} ${details.join("  ")}${fine ? "" : `  (bound ${bound})`}`,
    );
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

/** "crossEntropy" of "crossEntropy, soft targets and class weights": some kinds have several checks. */
function kindOf(name: string): string {
  return name.split(/[ ,]/)[0];
}
