import type { Block, Cell, Paragraph, Report, Table, TableCell } from "./document.ts";
import { markdown, markdownBold, markdownCell } from "./markdown.ts";

/** Text in the format of nbformat: lines with their ends. */
function lines(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== "");
}

/**
 * The report as a Jupyter notebook, nbformat 4.5: texts, and TypeScript cells without outputs, for Deno's kernel.
 * https://nbformat.readthedocs.io/en/latest/format_description.html
 */
export function reportNotebook(report: Report): string {
  const cells: object[] = [];
  const addText = (id: string, text: string): void => {
    cells.push({ cell_type: "markdown", id, metadata: {}, source: lines(text) });
  };
  const head = [
    `# ${markdown(report.title)}`,
    markdown(report.subtitle),
    ...report.warnings.map((warning) => `> ${markdownBold(warning)}`),
    table({ columns: [{ title: "result" }, { title: "value", align: "right" }], rows: report.summary }),
  ];
  addText("title", head.join("\n\n"));
  for (const part of report.parts) {
    part.sections.forEach((section, place) => {
      const heading = `### ${markdown(section.title)}`;
      let text: string[] = [place === 0 && part.title ? `## ${markdown(part.title)}\n\n${heading}` : heading];
      let count = 0;
      const flush = (): void => {
        if (text.length > 0) addText(`${section.id}-${++count}`, text.join("\n\n"));
        text = [];
      };
      for (const block of section.blocks) {
        if (block.kind !== "cell") {
          const written = blockMarkdown(block);
          if (written !== "") text.push(written);
          continue;
        }
        flush();
        cells.push(codeCell(`${section.id}-code-${++count}`, block));
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

function codeCell(id: string, { code }: Cell): object {
  return {
    cell_type: "code",
    id,
    metadata: {},
    execution_count: null,
    source: lines(code),
    outputs: [],
  };
}

function blockMarkdown(block: Exclude<Block, { kind: "cell" }>): string {
  switch (block.kind) {
    case "task":
      return `<em>${markdown(block.text)}</em>`;
    case "text":
      return markdown(block.text);
    case "formula":
      return `$$${block.formula.latex}$$`;
    case "list":
      return block.items.map((item) => `- ${markdown(item)}`).join("\n");
    case "table":
      return table(block);
    case "figure":
      return ""; // Markdown has no drawings
    case "folded":
      return [
        markdownBold(block.title),
        ...block.blocks.map((inner) => (inner.kind === "cell" ? "" : blockMarkdown(inner))).filter(Boolean),
      ].join("\n\n");
    case "code":
      return `<pre>${block.lines.map(markdown).join("<br>")}</pre>`;
    case "question":
      return [markdownBold(block.question), ...block.answer.map(paragraph)].join("\n\n");
  }
}

function paragraph(one: Paragraph): string {
  return typeof one === "object" && "latex" in one ? `$$${one.latex}$$` : markdown(one);
}

function table({ caption, columns, rows }: Pick<Table, "caption" | "columns" | "rows">): string {
  const cell = (content: TableCell): string =>
    typeof content === "boolean" ? (content ? "yes" : "no") : markdownCell(content);
  const row = (cells: readonly TableCell[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const rule = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
  const text = [row(columns.map(({ title }) => title)), `| ${rule.join(" | ")} |`, ...rows.map(row)].join("\n");
  return caption ? `${markdown(caption)}\n\n${text}` : text;
}
