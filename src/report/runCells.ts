import { HandgradError } from "../tensor/errors.ts";
import type { Cell, Report } from "./document.ts";

/** What a cell printed, and the figure that it ended with. */
export interface CellOutput {
  readonly text: string;
  readonly svg?: string;
}

export function cellsOf({ parts }: Report): Cell[] {
  return parts.flatMap(({ sections }) =>
    sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === "cell")),
  );
}

/**
 * Runs the cells one after the other in one scope, as a kernel does, so that a notebook's outputs are what its cells give and
 * not what somebody wrote beside them. `modules` are what their imports find. Throws HandgradError that shows the cell.
 */
export async function runCells(
  cells: readonly Cell[],
  modules: Readonly<Record<string, object>>,
): Promise<CellOutput[]> {
  const outputs = cells.map((): { text: string; svg?: string } => ({ text: "" }));
  let current = 0;
  const print = {
    log: (...values: unknown[]) => {
      outputs[current].text += `${values.map(String).join(" ")}\n`;
    },
  };
  const cell = {
    enter: (index: number) => {
      current = index;
    },
    show: (value: unknown) => {
      const display = (value as Record<symbol, unknown> | undefined)?.[Symbol.for("Jupyter.display")];
      if (typeof display !== "function") throw new HandgradError("its last expression is no figure");
      const data = (display as () => Record<string, string>)();
      outputs[current].svg = data["image/svg+xml"];
    },
  };
  const body = cells.map(({ code, display }, i) => {
    const show = display ? `\n__cell.show(${display});` : "";
    return `__cell.enter(${i});\n${withoutImports(code)}${show}`;
  });
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>;
  try {
    await new AsyncFunction("__modules", "__cell", "console", body.join("\n"))(modules, cell, print);
  } catch (error) {
    const message = `cell ${current + 1} of the notebook: ${(error as Error).message}\n${cells[current].code}`;
    throw new HandgradError(message, { cause: error });
  }
  return outputs;
}

/** import { a, b } from "x" as const { a, b } = …: a function's body has no imports. */
function withoutImports(code: string): string {
  return code
    .replaceAll(/import (\{[^}]*\}) from "([^"]+)";/g, (_, names, from) => `const ${names} = __modules["${from}"];`)
    .replaceAll(
      /import (\w+) from "([^"]+)" with \{[^}]*\};/g,
      (_, name, from) => `const ${name} = __modules["${from}"].default;`,
    );
}
