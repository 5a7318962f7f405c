import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseSync } from "vite";

// The texts of the repository that a person reads: Markdown, comments, and strings that have words in them.

const root = resolve(import.meta.dirname, "../..");

export interface Passage {
  readonly file: string;
  readonly line: number;
  readonly kind: "markdown" | "comment" | "string";
  /** one paragraph, comment or string, on one line */
  readonly text: string;
}

/** Folders whose code has messages, documentation or names of tests. */
const codeFolders = ["src", "cli", "assignment", "web", "examples", "scripts", "bench", "test"];
const generated = /\.generated\.|(^|\/)(node_modules|build|dist)\//;
/** Tests of these patterns quote the wording that they find. */
const quoting = /^test\/language/;

export function allPassages(): Passage[] {
  const markdown = [
    ...readdirSync(root).filter((file) => file.endsWith(".md")),
    ...filesBelow("docs", /\.md$/).filter((file) => !file.startsWith("docs/api-tool/")),
    ...codeFolders.flatMap((folder) => filesBelow(folder, /\.md$/)),
  ];
  const typescript = codeFolders.flatMap((folder) => filesBelow(folder, /\.(ts|tsx|mjs)$/));
  const kernels = [...filesBelow("native", /\.(h|cpp)$/), ...filesBelow("assembly", /\.ts$/)]; // comments alone
  return [
    ...markdown.flatMap((file) => markdownPassages(file, read(file))),
    ...typescript.flatMap((file) => codePassages(file, read(file))),
    ...kernels.flatMap((file) => commentPassages(file, read(file), commentsOfC(read(file)))),
  ];
}

const read = (file: string): string => readFileSync(resolve(root, file), "utf8");

const filesBelow = (folder: string, name: RegExp): string[] =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file}`)
    .filter((file) => name.test(file) && !generated.test(file) && !quoting.test(file));

/** Paragraphs, list items and rows of tables, without code, formulas and addresses of links. */
export function markdownPassages(file: string, source: string): Passage[] {
  const blank = (text: string): string => text.replace(/[^\n]/g, ""); // line numbers stay
  const prose = source
    .replaceAll(/^```[\s\S]*?^```/gm, blank)
    .replaceAll(/<!--[\s\S]*?-->/g, blank)
    .replaceAll(/\]\([^)]*\)/g, "]");
  const passages: Passage[] = [];
  let line = 1;
  for (const part of prose.split(/(\n(?=\s*\n|\s*[-*|#]|\s*\d+\. ))/)) {
    const text = withoutCode(part);
    const leading = part.length - part.trimStart().length;
    const first = line + part.slice(0, leading).split("\n").length - 1;
    if (/[a-z]/i.test(text)) passages.push({ file, line: first, kind: "markdown", text });
    line += part.split("\n").length - 1;
  }
  return passages;
}

/** On one line, with … for inline code and formulas. */
const withoutCode = (text: string): string =>
  text
    .replaceAll(/`[^`\n]*`/g, "…")
    .replaceAll(/\$[^$]+\$/g, "…")
    .replaceAll(/\s+/g, " ")
    .trim();

interface Comment {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function codePassages(file: string, source: string): Passage[] {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length) throw new Error(`${file}: ${errors[0].message}`);
  const lineAt = lineNumbers(source);
  const strings = stringsOf(program as unknown as Node)
    .filter(({ text }) => /[a-z] [a-z]/i.test(text))
    .map(({ start, text }): Passage => ({ file, line: lineAt(start), kind: "string", text: withoutCode(text) }));
  return [...commentPassages(file, source, comments), ...strings];
}

/** The texts of string literals, templates (with … for their values) and JSX. */
function stringsOf(node: Node): { start: number; text: string }[] {
  const { type, start } = node;
  if (/^(Import|ExportAll|TSImport)/.test(type)) return [];
  if (type === "Literal") return typeof node.value === "string" ? [{ start, text: node.value }] : [];
  if (type === "JSXText") return [{ start, text: node.value as string }];
  const below = Object.values(node).flat().filter(isNode).flatMap(stringsOf);
  if (type !== "TemplateLiteral") return below;
  const pieces = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return [{ start, text: pieces.join("…") }, ...below];
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** Comments as passages; lines of // that follow each other are one. */
function commentPassages(file: string, source: string, comments: readonly Comment[]): Passage[] {
  const lineAt = lineNumbers(source);
  const joined: { start: number; end: number; text: string }[] = [];
  for (const { start, end, value } of comments) {
    const text = value.replaceAll(/^\s*\*+ ?/gm, "");
    const last = joined.at(-1);
    const follows = last && /^\n[ \t]*$/.test(source.slice(last.end, start)) && source.startsWith("//", start);
    if (follows) joined.splice(-1, 1, { ...last, end, text: `${last.text}\n${text}` });
    else joined.push({ start, end, text });
  }
  return joined.map(({ start, text }) => ({ file, line: lineAt(start), kind: "comment", text: withoutCode(text) }));
}

const commentsOfC = (source: string): Comment[] =>
  [...source.matchAll(/\/\*([\s\S]*?)\*\/|\/\/(.*)/g)].map(({ 0: whole, 1: block, 2: line, index }) => ({
    value: block ?? line,
    start: index,
    end: index + whole.length,
  }));

function lineNumbers(source: string): (offset: number) => number {
  const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}
