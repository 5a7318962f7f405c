import { foldable, getIndentation, syntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";
import { expect, test } from "vitest";
import { typescript } from "../../web/app/course/typescript.ts";

const stateOf = (doc: string): EditorState => EditorState.create({ doc, extensions: typescript });

const names = tagHighlighter([
  { tag: tags.keyword, class: "keyword" },
  { tag: [tags.string, tags.regexp], class: "text" },
  { tag: [tags.number, tags.bool, tags.null], class: "number" },
  { tag: tags.comment, class: "comment" },
  { tag: tags.typeName, class: "type" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: "function" },
]);

/** The parts of a text that have a colour, as "kind: text". */
function coloured(text: string): string[] {
  const found: string[] = [];
  highlightTree(syntaxTree(stateOf(text)), names, (from, to, kind) => found.push(`${kind}: ${text.slice(from, to)}`));
  return found;
}

test("words, numbers and calls have the colours of their kinds", () => {
  expect(coloured("const rows: number = new NdArray(x.shape)[0] ?? null; // n")).toEqual([
    "keyword: const",
    "type: number",
    "keyword: new",
    "type: NdArray",
    "number: 0",
    "number: null",
    "comment: // n",
  ]);
  expect(coloured("constructor() {}")).toEqual(["function: constructor"]);
  expect(coloured("y.matmul(a, 1e-3)")).toEqual(["function: matmul", "number: 1e-3"]);
});

test("a name that is a keyword elsewhere is a property behind a dot and before a colon", () => {
  expect(coloured("this.from = { new: 1 }")).toEqual(["keyword: this", "number: 1"]);
});

test("a slash begins a regular expression only where a value can begin", () => {
  expect(coloured("a / b / c")).toEqual([]);
  expect(coloured("(a) / 2 / c")).toEqual(["number: 2"]);
  expect(coloured("x = /[/`]\\//g")).toEqual(["text: /[/`]\\//g"]);
  expect(coloured("return /'/")).toEqual(["keyword: return", "text: /'/"]);
});

test("templates contain code, and comments end", () => {
  expect(coloured(`\`a \${f({ b: 1 })} c\` + 2`)).toEqual([
    `text: \`a \${`,
    "function: f",
    "number: 1",
    "text:  c`",
    "number: 2",
  ]);
  expect(coloured(`\`a\n\${1}\n\` /* b\n c */ 2`)).toEqual([
    "text: `a",
    `text: \${`,
    "number: 1",
    "text: `",
    "comment: /* b",
    "comment:  c */",
    "number: 2",
  ]);
});

test("a line is indented by the brackets that are open before it", () => {
  const lines = ["class A {", "  f(x) {", "    return g({", `      a: \`\${x}\`,`, "    });", "  }", "}", ""];
  const state = stateOf(lines.join("\n"));
  const columns = lines.map((_, at) => getIndentation(state, state.doc.line(at + 1).from));
  expect(columns).toEqual([0, 2, 4, 6, 4, 2, 0, 0]);
});

test("a block folds from its opening bracket to its closing one", () => {
  const text = "f() {\n  if (a) {\n    b();\n  }\n\n}\nc();";
  const state = stateOf(text);
  const folded = (line: number): string | undefined => {
    const { from, to } = state.doc.line(line);
    const range = foldable(state, from, to);
    return range ? text.slice(range.from, range.to) : undefined;
  };
  expect(folded(1)).toBe("\n  if (a) {\n    b();\n  }\n\n");
  expect(folded(2)).toBe("\n    b();\n  ");
  expect(folded(3)).toBeUndefined();
});
