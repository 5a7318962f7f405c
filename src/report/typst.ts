import type { Block, Paragraph, Part, Report, Section, Table, TableCell } from "./document.ts";
import type { Figure } from "./figures/figure.ts";
import { figureSvg } from "./figures/figureSvg.ts";
import { printTheme } from "./figures/theme.ts";
import { type Inline, piecesOf, plainText, type RichText } from "./markup.ts";
import { mathToTypst } from "./math/typstMath.ts";
import { typstString } from "./math/typstString.ts";

/** The input of the Typst compiler: the main file, and the files that it names. */
export interface TypstSource {
  readonly main: string;
  readonly files: Readonly<Record<string, string>>;
}

const preamble = `
#set page(paper: "a4", margin: (x: 2.4cm, top: 2.3cm, bottom: 2.4cm), numbering: "1 / 1", footer-descent: 35%)
#set text(font: "Libertinus Serif", size: 10.5pt, lang: "en")
#set par(justify: true, leading: 0.62em, spacing: 0.95em)
#set heading(numbering: none)
#show heading.where(level: 1): it => block(above: 1.6em, below: 0.9em, text(size: 15pt, it.body))
#show heading.where(level: 2): it => block(above: 1.5em, below: 0.8em, text(size: 11.8pt, it.body))
#show raw: set text(font: "DejaVu Sans Mono")
#show raw.where(block: false): set text(size: 8.6pt)
#set table(stroke: none, inset: (x: 5pt, y: 3.2pt))
#show table: set text(size: 0.88em, number-width: "tabular")
#show table: set par(justify: false)
#show figure.caption: it => align(left, text(size: 9.2pt, fill: rgb("#444"), it.body))
#set figure(gap: 0.7em)
#show figure: set block(above: 1.2em, below: 1.4em)
#show math.equation.where(block: true): set block(above: 0.9em, below: 0.9em)
#let task(body) = block(text(style: "italic", fill: rgb("#555"), body))
#let warning(body) = block(width: 100%, fill: rgb("#fff1cf"), stroke: (left: 3pt + rgb("#c98a00")), inset: 9pt, text(weight: "semibold", body))
#let headline(name, result, body) = block(width: 100%, above: 1.4em, below: 1.2em, {
  text(size: 9.5pt, fill: rgb("#555"), name)
  v(-0.45em)
  text(size: 24pt, weight: "bold", result)
  v(-0.5em)
  body
})
#let verdict(colour, body) = block(width: 100%, fill: rgb("#f3f2ee"), stroke: (left: 3pt + colour), inset: 9pt, text(weight: "semibold", body))
#let value(body) = context { if measure(body).width > 4.2cm { block(width: 4.2cm, body) } else { body } }
#let tablecaption(body) = block(sticky: true, above: 1.2em, below: 0pt, text(size: 9.2pt, fill: rgb("#444"), body))
#let code(lines, size: 8.6pt) = block(width: 100%, breakable: lines.len() > 45, fill: rgb("#f3f2ee"), inset: 8pt, radius: 3pt, above: 1em, below: 1em, text(size: size, raw(block: true, lines.join("\n"))))
#let question(body) = block(width: 100%, stroke: (left: 1.6pt + rgb("#00598c")), inset: (left: 9pt, y: 3pt), body)
`;

/** The report as Typst source with its figures as SVG files: contents, page numbers, mathematics, tables. */
export function reportTypst(report: Report): TypstSource {
  const { title, subtitle, warnings, headline, summary, parts } = report;
  const files: Record<string, string> = {};
  const keep = (figure: Figure): string => {
    const name = `${figure.id}.svg`;
    files[name] = figureSvg(figure, printTheme, { size: "print" });
    return name;
  };
  const cells = summary.map(([name, value]) => `[${inline(name)}], [#value[#strong[${inline(value)}]]]`).join(",\n");
  const main = `#set document(title: ${typstString(plainText(title))}, author: "Handgrad", date: none)
${preamble}
#align(left, text(size: 20pt, weight: "bold")[${inline(title)}])
#text(fill: rgb("#555"))[${inline(subtitle)}]

${warnings.map((warning) => `#warning[${inline(warning)}]`).join("\n")}

${headline ? `#headline([${inline(headline.name)}], [${inline(headline.value)}], [${inline(headline.text)}])` : ""}
${headline?.verdict ? `#verdict(rgb("${verdictColours[headline.verdict.kind]}"))[${inline(headline.verdict.text)}]` : ""}

#block(above: 1.4em, below: 1.4em, grid(columns: (1fr, auto, 1fr, auto), column-gutter: 14pt, row-gutter: 7pt,
${cells}
))

${isLong(parts) ? "#outline(title: [Contents], depth: 2, indent: 1.2em)" : ""}

${parts.map((one) => part(one, keep)).join("\n")}
`;
  return { main, files };
}

const verdictColours = { good: "#00714f", bad: "#b23c00", unknown: "#777777" } as const;

/** Long enough for a table of contents: on fewer sections the headings are found without one. */
const isLong = (parts: readonly Part[]): boolean => parts.flatMap(({ sections }) => sections).length > 10;

type Keep = (figure: Figure) => string;

function part({ title, sections }: Part, keep: Keep): string {
  return `${title ? `= ${inline(title)}\n` : ""}${sections.map((one) => section(one, keep)).join("\n")}`;
}

function section({ title, blocks }: Section, keep: Keep): string {
  const shown = blocks.filter(({ kind }) => kind !== "cell");
  return `== ${inline(title)}\n${shown.map((one) => block(one, keep)).join("\n\n")}\n`;
}

function block(one: Block, keep: Keep): string {
  switch (one.kind) {
    case "task":
      return `#task[${inline(one.text)}]`;
    case "text":
      return inline(one.text);
    case "formula":
      return mathToTypst(one.formula.latex, true);
    case "list":
      return one.items.map((item) => `- ${inline(item)}`).join("\n");
    case "table":
      return table(one);
    case "figure": {
      const alt = typstString(one.figure.description);
      return `#figure(image(${typstString(keep(one.figure))}, width: 100%, alt: ${alt}), caption: [${inline(one.figure.caption)}], numbering: none)`;
    }
    case "folded":
      return `#block(sticky: true)[#strong[${inline(one.title)}]]\n\n${one.blocks
        .map((inner) => block(inner, keep))
        .filter(Boolean)
        .join("\n\n")}`;
    case "code":
      return `#code((${one.lines.map(typstString).join(", ")},)${one.small ? ", size: 6.6pt" : ""})`;
    case "question":
      return `#question[#block(sticky: true)[#strong[${inline(one.question)}]]\n${one.answer.map(paragraph).join("\n\n")}]`;
    case "cell":
      return "";
  }
}

function paragraph(one: Paragraph): string {
  return typeof one === "object" && "latex" in one ? mathToTypst(one.latex, true) : inline(one);
}

/** The number of columns that fit on a page of paper. */
const mostColumns = 10;

function table({ columns: all, rows: allRows, ...rest }: Table): string {
  if (all.length <= mostColumns) return narrowTable({ columns: all, rows: allRows, ...rest });
  const rows = allRows.map((row) => row.slice(0, mostColumns));
  const note = `The first ${mostColumns} of ${all.length} columns are shown; the HTML report shows all.`;
  return `${narrowTable({ columns: all.slice(0, mostColumns), rows, ...rest })}\n#text(size: 8.5pt, fill: rgb("#555"))[${inline(note)}]`;
}

function narrowTable({ caption, columns, rows }: Table): string {
  const align = columns.map(({ align: side = "left" }) => side).join(", ");
  const cell = (content: TableCell): string =>
    `[${inline(typeof content === "boolean" ? (content ? "yes" : "no") : content)}]`;
  const hasHead = columns.some(({ title }) => title !== "");
  const titles = columns.map(({ title }) => `[#strong[${inline(title)}]]`).join(", ");
  const head = hasHead ? `table.header(${titles}, table.hline(stroke: 0.8pt)),` : "table.hline(stroke: 0.5pt),";
  const lines = rows.map((row) => `${row.map(cell).join(", ")},`).join("\n");
  const small = columns.length > 7 ? "text(size: 7.6pt, " : "(";
  const source = `${small}table(columns: ${columns.length}, align: (${align},),
${head}
${lines}
table.hline(stroke: 0.5pt)))`;
  const body = `#block(above: ${caption ? "0.6em" : "1em"}, below: 1.2em, breakable: ${rows.length > 12}, ${source})`;
  return caption ? `#tablecaption[${inline(caption)}]\n${body}` : body;
}

const inlineWriters: Record<Inline["kind"], (text: string) => string> = {
  plain: (text) => `#${typstString(text)};`,
  strong: (text) => `#strong(${typstString(text)});`,
  code: (text) => `#raw(${typstString(text)});`,
  math: (text) => mathToTypst(text, false),
};

function inline(text: RichText): string {
  return piecesOf(text)
    .map((piece) => inlineWriters[piece.kind](piece.text))
    .join("");
}
