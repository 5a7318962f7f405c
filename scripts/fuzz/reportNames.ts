import { marked } from "marked";
import { type DefaultTreeAdapterTypes, parse, parseFragment } from "parse5";
import {
  parallelCoordinatesSvg,
  type Report,
  reportHtml,
  reportNotebook,
  reportTypst,
} from "../../src/report/index.ts";
import { printable } from "../../src/tensor/printable.ts";
import { namedDocument, namedReports } from "./namedReports.ts";

type Node =
  | DefaultTreeAdapterTypes.ChildNode
  | DefaultTreeAdapterTypes.Document
  | DefaultTreeAdapterTypes.DocumentFragment;

/** A page as parsed by a browser: its elements in order with the names of their attributes (those of figures once), and its text. */
interface Seen {
  readonly elements: string[];
  readonly inFigures: Set<string>;
  text: string;
  /** texts in which MathJax could find a formula: a dollar sign next to other text */
  readonly formulas: string[];
}

function look(
  node: Node,
  seen: Seen = { elements: [], inFigures: new Set(), text: "", formulas: [] },
  inCode = false,
  inFigure = false,
): Seen {
  if ("tagName" in node) {
    const attributes = node.attrs.map(({ name, value }) =>
      /^(class|id|href)$/.test(name) && value.length < 99 ? `${name}=${value}` : name,
    );
    const element = `${node.tagName} ${attributes.join(" ")}`;
    // the number of lines and marks in a figure depends on the widths of its texts; the kinds of its elements do not
    if (inFigure) seen.inFigures.add(element);
    else seen.elements.push(element);
    for (const { name, value } of node.attrs) if (name === "aria-label") seen.text += value;
  }
  if (node.nodeName === "#text") {
    const { value } = node as DefaultTreeAdapterTypes.TextNode;
    seen.text += value;
    if (!inCode && /[$\\]/.test(value) && value.length > 1) seen.formulas.push(value);
  }
  const [code, figure] = [inCode || node.nodeName === "code", inFigure || node.nodeName === "svg"];
  if ("childNodes" in node) for (const child of node.childNodes) look(child, seen, code, figure);
  return seen;
}

/** Texts without the characters that figures and Markdown change: spaces, and the underscores of class names. */
const bare = (text: string): string => text.replaceAll(/[\s_]+/gu, "");

/** The report of a name in its three forms, as read by a browser, the PDF compiler and JupyterLab. */
function read(report: Report) {
  const { main, files } = reportTypst(report);
  const { cells } = JSON.parse(reportNotebook(report)) as { cells: { cell_type: string; source: string[] }[] };
  const sources = cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source.join(""));
  const notebook = sources.map((source) => marked.parse(source, { async: false })).join("");
  return {
    html: look(parse(reportHtml(report))),
    notebook: look(parseFragment(notebook)),
    dollars: sources.join("").split("$").length,
    // without its strings, the source is the same for all names
    typst: main.replaceAll(typstStrings, '""'),
    strings: (main.match(typstStrings) ?? []).map((text) => text.slice(1, -1).replaceAll(/\\(.)/gs, "$1")),
    figures: look(parseFragment(Object.values(files).join("\n"))),
    svg: Object.values(files).join("\n"),
  };
}
const typstStrings = /"(?:[^"\\]|\\.)*"/gs;
const notPrintable = /(?!\n)[\p{Cc}\p{Cs}\ufffe\uffff\u202e]/u;

function compare(what: string, seen: Seen, harmless: Seen): void {
  // the notebook protects a dollar sign from MathJax with a span
  const [found, expected] = [seen, harmless].map(({ elements, inFigures }) => [
    ...elements.filter((element) => element !== "span "),
    ...[...inFigures].sort(),
  ]);
  const at = found.findIndex((element, i) => element !== expected[i]);
  if (at >= 0 || found.length !== expected.length) {
    throw new Error(`${what}: the name changed the elements: expected ${expected.at(at)}, found ${found.at(at)}`);
  }
  if (notPrintable.test(seen.text)) throw new Error(`${what}: a character that is not printable`);
}

type Read = ReturnType<typeof read>;

function compareReports(kind: string, seen: Read, harmless: Read, name: string): void {
  const shown = bare(printable(name));
  for (const part of ["html", "notebook"] as const) {
    compare(`${kind}, ${part}`, seen[part], harmless[part]);
    if (!bare(seen[part].text).includes(shown)) throw new Error(`${kind}, ${part}: the name is not shown`);
  }
  compare(`${kind}, figures of the PDF`, seen.figures, harmless.figures);
  if (notPrintable.test(seen.svg)) throw new Error(`${kind}, figures of the PDF: a character that XML does not allow`);
  if (seen.typst !== harmless.typst) throw new Error(`${kind}, PDF: the name changed the source`);
  if (!seen.strings.some((text) => text.includes(printable(name))))
    throw new Error(`${kind}, PDF: the name is not shown`);
  if (seen.dollars !== harmless.dollars || seen.notebook.formulas.length !== harmless.notebook.formulas.length) {
    throw new Error(`${kind}, notebook: the name made a formula`);
  }
}

const parallel = (name: string): string =>
  parallelCoordinatesSvg(
    [0, 1].map((score) => ({ values: { [`key ${name}`]: `${name}${score}`, size: score }, score })),
    { title: name, scoreName: name },
  );

const harmless = Object.entries(namedReports).map(([kind, make]) => [kind, make, read(make("x"))] as const);
const harmlessParallel = look(parseFragment(parallel("x")));

/** Throws an Error if a name is interpreted as markup anywhere, or is not shown. */
export function checkNameInReports(name: string): void {
  for (const [kind, make, expected] of harmless) compareReports(kind, read(make(name)), expected, name);
  compare("parallel coordinates", look(parseFragment(parallel(name))), harmlessParallel);
  for (const svg of Object.values(reportTypst(namedDocument(name)).files)) {
    const sizes = [...svg.matchAll(/<[a-z]+ [^>]*?\b(?:width|height|r)="([^"]*)"/g)].map(([, size]) => Number(size));
    if (!sizes.every((size) => size >= 0))
      throw new Error("figure: expected sizes of at least 0, found a negative one or no number");
  }
}

const pieces = [
  ...[
    "<",
    ">",
    "&",
    '"',
    "'",
    "`",
    "$",
    "\\",
    "#",
    "*",
    "**",
    "_",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "|",
    "~",
    "!",
    "-",
    "+",
    "=",
    "1. ",
    " ",
    "    ",
  ],
  ...[
    '#read("/etc/passwd")',
    '") #read("/etc/passwd") #("',
    "$\\operatorname{<img src=x onerror=alert(1)>}$",
    "<script>alert(1)</script>",
  ],
  ...[
    "]] #",
    "*/",
    "//",
    "/*",
    "@x",
    "<x>",
    "&lt;",
    "&#36;",
    "\\u{41}",
    "$$x$$",
    "\\(x\\)",
    "\\begin{x}",
    "![x](y)",
    "[x](javascript:y)",
  ],
  ...[
    "http://x.y",
    "www.x.y",
    "a@b.c",
    "</title>",
    "</svg>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "#",
    "```",
    "~~~",
    "| - |",
    "---",
    "# x",
    "> x",
  ],
  ...[
    "\0",
    "\x1b[31m",
    "\r\n",
    "\n\n",
    "\t",
    "\x7f",
    "\x85",
    "\u2028",
    "\u202e",
    "\u2066",
    "\ud800",
    "\udfff",
    "\ufffe",
    "\u00a0",
    "\u200b",
    "\ufeff",
  ],
  ...[
    "é",
    "漢字",
    "🐞",
    "e\u0301",
    "yes",
    "no",
    "__proto__",
    "constructor",
    "undefined",
    "x".repeat(300),
    "word ".repeat(60),
  ],
];

/** A name made of a few malicious pieces. */
export function hostileName(random: { randint(low: number, high: number): number }): string {
  return Array.from({ length: random.randint(1, 6) }, () => pieces[random.randint(0, pieces.length)]).join("");
}

export const hostilePieces: readonly string[] = pieces;
