import type { Block, Cell, Report, Table } from "./document.ts";
import type { CellOutput } from "./runCells.ts";

/** Joins text as nbformat wants it: lines with their ends. */
function lines(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== "");
}

export interface NotebookOptions {
  /** the output of each cell of the report, in order; none where a cell was not run */
  readonly outputs?: readonly CellOutput[];
}

/**
 * The report as a Jupyter notebook, nbformat 4.5: texts, and TypeScript cells with their outputs, for Deno's kernel.
 * https://nbformat.readthedocs.io/en/latest/format_description.html
 */
export function reportNotebook(report: Report, { outputs = [] }: NotebookOptions = {}): string {
  const cells: object[] = [];
  const markdown = (id: string, text: string): void => {
    cells.push({ cell_type: "markdown", id, metadata: {}, source: lines(text) });
  };
  const head = [
    `# ${report.title}`,
    report.subtitle,
    ...report.warnings.map((warning) => `> **${warning.replaceAll("**", "")}**`),
    table({ columns: [{ title: "result" }, { title: "value", align: "right" }], rows: report.summary }),
  ];
  markdown("title", head.join("\n\n"));
  let executed = 0;
  for (const part of report.parts) {
    part.sections.forEach((section, place) => {
      const title = place === 0 && part.title ? `## ${part.title}\n\n### ${section.title}` : `### ${section.title}`;
      let text: string[] = [title];
      let count = 0;
      const flush = (): void => {
        if (text.length > 0) markdown(`${section.id}-${++count}`, text.join("\n\n"));
        text = [];
      };
      for (const block of section.blocks) {
        if (block.kind !== "cell") {
          const written = blockMarkdown(block);
          if (written !== "") text.push(written);
          continue;
        }
        flush();
        const output = outputs[executed++];
        cells.push(codeCell(`${section.id}-code-${++count}`, block, output, executed));
      }
      flush();
    });
  }
  const metadata = {
    kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
    language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, undefined, 1)}\n`;
}

function codeCell(id: string, { code, display }: Cell, output: CellOutput | undefined, count: number): object {
  const outputs: object[] = [];
  if (output?.text) outputs.push({ output_type: "stream", name: "stdout", text: lines(output.text) });
  if (output?.svg) {
    const data = { "image/svg+xml": lines(output.svg), "text/plain": ["figure"] };
    outputs.push({ output_type: "execute_result", execution_count: count, metadata: {}, data });
  }
  return {
    cell_type: "code",
    id,
    metadata: {},
    execution_count: output ? count : null,
    source: lines([code, display].filter(Boolean).join("\n")),
    outputs,
  };
}

function blockMarkdown(block: Exclude<Block, { kind: "cell" }>): string {
  switch (block.kind) {
    case "task":
      return `*${block.text}*`;
    case "text":
      return block.text;
    case "formula":
      return `$$${block.latex}$$`;
    case "list":
      return block.items.map((item) => `- ${item}`).join("\n");
    case "table":
      return table(block);
    case "figure":
      return ""; // a cell draws it
    case "question":
      return [`**${block.question}**`, ...block.answer].join("\n\n");
  }
}

function table({ caption, columns, rows }: Pick<Table, "caption" | "columns" | "rows">): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
  const text = [row(columns.map(({ title }) => title || " ")), row(rule), ...rows.map(row)].join("\n");
  return caption ? `${caption}\n\n${text}` : text;
}
