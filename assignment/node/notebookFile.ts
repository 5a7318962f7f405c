import { DataError } from "../../src/tensor/errors.ts";

/** Text in the format of nbformat: lines with their ends. */
function lines(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== "");
}

const kernels = {
  deno: {
    kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
    language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
  },
  python: {
    kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
    language_info: { file_extension: ".py", mimetype: "text/x-python", name: "python" },
  },
} as const;
const comments = { deno: "//", python: "#" } as const;

/**
 * A script in the percent format, which editors and Jupytext know, as a notebook without outputs: `// %% name` (`# %% name` in Python) begins
 * a cell of code, `// %% [markdown]` one of text in comments. Throws DataError for a script that starts differently.
 * https://jupytext.readthedocs.io/en/latest/formats-scripts.html, https://nbformat.readthedocs.io/en/latest/format_description.html
 */
export function notebookOf(script: string, kernel: keyof typeof kernels): string {
  const comment = comments[kernel];
  const [before, ...parts] = `\n${script}`.split(`\n${comment} %% `);
  if (before.trim() !== "" || parts.length === 0)
    throw new DataError(`the script of a notebook: expected ${comment} %% on its first line`);
  const cells = parts.map((part, i) => {
    const [name, ...rest] = part.split("\n");
    const text = rest.join("\n").trim();
    if (name !== "[markdown]")
      return { cell_type: "code", id: name, metadata: {}, execution_count: null, source: lines(text), outputs: [] };
    const uncommented = text.replaceAll(new RegExp(`^${comment} ?`, "gm"), "");
    return { cell_type: "markdown", id: `text-${i + 1}`, metadata: {}, source: lines(uncommented) };
  });
  const notebook = { cells, metadata: kernels[kernel], nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(notebook, undefined, 1)}\n`;
}
