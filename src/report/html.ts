import type { Block, Headline, Paragraph, Part, Report, Section, Table, TableCell } from "./document.ts";
import type { Figure, ImagesFigure } from "./figures/figure.ts";
import { figureSvg } from "./figures/figureSvg.ts";
import { decodeBase64, encodeBase64, encodePng } from "./figures/png.ts";
import { escapeXml } from "./figures/svg.ts";
import { pageTheme } from "./figures/theme.ts";
import { htmlStyle } from "./htmlStyle.ts";
import { type Formula, markup, piecesOf, plainText, type RichText } from "./markup.ts";
import { mathToMathml } from "./math/mathml.ts";

/** The report as one HTML file that needs nothing else: no network, no scripts, no fonts. */
export function reportHtml(report: Report): string {
  const { title, subtitle, look = "prose", warnings, headline, summary, parts, footer } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="Handgrad">
<title>${escapeXml(plainText(title))}</title>
<style>${htmlStyle}</style>
</head>
<body class="${look}${parts.flatMap(({ sections }) => sections).length > 5 ? " long" : ""}">
<header>
<h1>${inline(title)}</h1>
<p class="subtitle">${inline(subtitle)}</p>
${warnings.map((warning) => `<p class="warning" role="note">${inline(warning)}</p>`).join("\n")}
${headline ? headlineHtml(headline) : ""}
<dl class="summary">${summary.map(([name, value]) => `<div><dt>${inline(name)}</dt><dd>${inline(value)}</dd></div>`).join("")}</dl>
</header>
${contents(parts)}
<main>
${parts.map(part).join("\n")}
</main>
<footer>${inline(footer ?? markup`Made by Handgrad from \`results.json\` in the same folder, which contains all numbers shown here.`)}</footer>
</body>
</html>
`;
}

function headlineHtml({ name, value, text, verdict }: Headline): string {
  const words = verdict ? `<p class="verdict ${verdict.kind}">${inline(verdict.text)}</p>` : "";
  return `<div class="headline"><p class="label">${inline(name)}</p><p class="value">${inline(value)}</p><p>${inline(text)}</p></div>${words}`;
}

function contents(parts: readonly Part[]): string {
  let sectionsBefore = 1;
  const entries = parts.map(({ title, sections }) => {
    const start = sectionsBefore;
    sectionsBefore += sections.length;
    return `${title ? `<p>${inline(title)}</p>` : ""}<ol start="${start}">${sections.map((one) => `<li><a href="#${escapeXml(one.id)}">${inline(one.title)}</a></li>`).join("")}</ol>`;
  });
  return `<nav aria-label="Contents"><details open><summary>Contents</summary>${entries.join("")}</details></nav>`;
}

function part({ title, sections }: Part): string {
  const heading = title ? `<h2>${inline(title)}</h2>\n` : "";
  return heading + sections.map((one) => section(one, title ? "h3" : "h2")).join("\n");
}

function section({ id, title, blocks }: Section, heading: "h2" | "h3"): string {
  const name = escapeXml(id);
  return `<section id="${name}">
<${heading}${heading === "h2" ? ' class="section"' : ""}><a href="#${name}">${inline(title)}</a></${heading}>
${blocks
  .map(block)
  .filter((text) => text !== "")
  .join("\n")}
</section>`;
}

function block(one: Block): string {
  switch (one.kind) {
    case "task":
      return `<p class="task">${inline(one.text)}</p>`;
    case "text":
      return `<p>${inline(one.text)}</p>`;
    case "formula":
      return formula(one.formula);
    case "list":
      return `<ul>${one.items.map((item) => `<li>${inline(item)}</li>`).join("")}</ul>`;
    case "table":
      return table(one);
    case "figure":
      return `<figure id="${escapeXml(one.figure.id)}">${drawing(one.figure)}<figcaption>${inline(one.figure.caption)}</figcaption></figure>`;
    case "folded":
      return `<details class="folded"><summary>${inline(one.title)}</summary>${one.blocks.map(block).join("\n")}</details>`;
    case "code":
      return `<pre class="scroll${one.lines.length > 1 ? "" : " wrap"}" tabindex="0"><code>${one.lines.map(escapeXml).join("\n")}</code></pre>`;
    case "question":
      return `<div class="question"><p>${inline(one.question)}</p>${one.answer.map(paragraph).join("")}</div>`;
    case "cell":
      return "";
  }
}

/** The figure twice, for a page and for a phone; images adapt by themselves and are drawn once. */
function drawing(figure: Figure): string {
  if (figure.kind === "images") return imageTiles(figure);
  const drawings = (["wide", "narrow"] as const).map((size) =>
    figureSvg(figure, pageTheme, { size }).replace("<svg ", `<svg class="${size}" `),
  );
  return drawings.join("\n");
}

/** A grid of images with their lines of text; without texts the grid as a whole has the description. */
function imageTiles({ tiles, columns, gap = 10, description }: ImagesFigure): string {
  const named = tiles.some(({ lines = [] }) => lines.length > 0);
  const cells = tiles.map(({ rgb, width, height, lines = [] }) => {
    const source = `data:image/png;base64,${encodeBase64(encodePng(decodeBase64(rgb), width, height))}`;
    const image = `<img src="${source}" width="${width}" height="${height}" alt="${escapeXml(lines.join(", "))}">`;
    return named ? `<li>${image}${lines.map((line) => `<span>${escapeXml(line)}</span>`).join("")}</li>` : image;
  });
  const style = `--wide:${columns.wide};--narrow:${columns.narrow};gap:${gap}px`;
  if (named)
    return `<ul class="tiles" style="${style}" aria-label="${escapeXml(description)}">${cells.join("\n")}</ul>`;
  return `<div class="tiles" style="${style}" role="img" aria-label="${escapeXml(description)}">${cells.join("\n")}</div>`;
}

function formula({ latex }: Formula): string {
  const parts = latex.split(/\\qquad/).map((one) => mathToMathml(one, true)); // apart, so that a phone puts them one below the other
  return `<div class="formula">${parts.join("")}</div>`;
}

function paragraph(one: Paragraph): string {
  return typeof one === "object" && "latex" in one ? formula(one) : `<p>${inline(one)}</p>`;
}

function table({ caption, columns, rows }: Table): string {
  const hasHead = columns.some(({ title }) => title !== "");
  const side = (i: number): string => (columns[i].align === "right" ? ' class="right"' : "");
  const titles = columns.map(({ title }, i) => `<th scope="col"${side(i)}>${inline(title)}</th>`).join("");
  const cell = (content: TableCell, i: number): string => {
    if (typeof content === "boolean") return content ? '<td class="yes">yes</td>' : '<td class="no">no</td>';
    return !hasHead && i === 0 ? `<th scope="row">${inline(content)}</th>` : `<td${side(i)}>${inline(content)}</td>`;
  };
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  const head = hasHead ? `<thead><tr>${titles}</tr></thead>` : "";
  const scrolled = `<div class="scroll" tabindex="0"><table${columns.length > 5 ? ' class="many"' : ""}>${head}<tbody>\n${body}\n</tbody></table></div>`;
  // outside of the table, so that it is no wider than the page
  return caption ? `<figure class="table"><figcaption>${inline(caption)}</figcaption>${scrolled}</figure>` : scrolled;
}

function inline(text: RichText): string {
  return piecesOf(text)
    .map((piece) => {
      if (piece.kind === "math") return mathToMathml(piece.text, false);
      const escaped = escapeXml(piece.text);
      if (piece.kind === "strong") return `<strong>${escaped}</strong>`;
      return piece.kind === "code" ? `<code>${escaped}</code>` : escaped;
    })
    .join("");
}
