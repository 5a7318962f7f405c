import { foldService, StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";

// TypeScript for the editor: colours, indentation and folding. It reads one token after the other; a grammar of the whole language is ten times
// as large, and errors are reported by the checks.

interface State {
  /** what the next characters are inside of; the last entry is the innermost. A template contains code, which contains braces. */
  readonly inside: ("comment" | "template" | "code")[];
  /** the columns at which lines inside of open brackets begin */
  readonly indents: number[];
  /** whether a slash begins a regular expression here, not a division */
  isValueNext: boolean;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const keywords = words(
  "abstract as asserts async await break case catch class const continue debugger declare default delete do else enum export extends finally for from function get if implements import in infer instanceof interface is keyof let namespace new of private protected public readonly return satisfies set static super switch this throw try type typeof var void while with yield",
);
/** Before these a slash divides, as behind any other name. */
const values = words("this super");
const constants: ReadonlyMap<string, string> = new Map([
  ...["true", "false"].map((word) => [word, "bool"] as const),
  ...["null", "undefined"].map((word) => [word, "null"] as const),
  ...["NaN", "Infinity"].map((word) => [word, "number"] as const),
]);
const types = words("any bigint boolean never number object string symbol unknown");
const name = /^[\p{ID_Start}$_#][\p{ID_Continue}$]*/u;
const number = /^(0[xob][\da-f_]+n?|(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?n?)/i;
const regularExpression = /^\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/;

const parser: StreamParser<State> = {
  name: "typescript",
  startState: () => ({ inside: [], indents: [], isValueNext: true }),
  copyState: ({ inside, indents, isValueNext }) => ({ inside: [...inside], indents: [...indents], isValueNext }),
  token(stream, state) {
    const within = state.inside.at(-1);
    if (within === "comment") return comment(stream, state);
    if (within === "template") return template(stream, state);
    if (stream.eatSpace()) return null;
    return code(stream, state);
  },
  indent({ indents }, textAfter, { unit }) {
    const inner = indents.at(-1);
    if (inner === undefined) return 0;
    return /^\s*[}\])]/.test(textAfter) ? inner - unit : inner;
  },
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    indentOnInput: /^\s*[}\])]$/,
  },
};

function comment(stream: StringStream, { inside }: State): string {
  if (stream.skipTo("*/")) {
    stream.match("*/");
    inside.pop();
  } else stream.skipToEnd();
  return "comment";
}

/** Text of a template up to its end, or to the code in it. */
function template(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match("${")) {
      openBracket("{", stream, state);
      state.isValueNext = true;
      return "string";
    }
    const letter = stream.next();
    if (letter === "\\") stream.next();
    if (letter === "`") {
      state.inside.pop();
      break;
    }
  }
  return "string";
}

function code(stream: StringStream, state: State): string | null {
  const wasValueNext = state.isValueNext;
  if (stream.match("//")) {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match("/*")) {
    state.inside.push("comment");
    return comment(stream, state);
  }
  state.isValueNext = false;
  if (stream.match("`")) {
    state.inside.push("template");
    return template(stream, state);
  }
  if (stream.match(/^(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/)) return "string";
  if (wasValueNext && stream.match(regularExpression)) return "regexp";
  if (stream.match(number)) return "number";
  const found = stream.match(name);
  if (found) return wordStyle((found as RegExpMatchArray)[0], stream, state);
  return punctuation(stream, state);
}

function wordStyle(word: string, stream: StringStream, state: State): string {
  const isProperty = stream.string[stream.start - 1] === ".";
  if (!isProperty) {
    if (keywords.has(word) && !/^\s*[:?]?:/.test(stream.string.slice(stream.pos))) {
      state.isValueNext = !values.has(word);
      return "keyword";
    }
    const constant = constants.get(word) ?? (types.has(word) ? "typeName" : undefined);
    if (constant) return constant;
  }
  if (/^\p{Lu}/u.test(word) && /\p{Ll}/u.test(word)) return "typeName";
  const isCalled = stream.match(/^\s*(<[^<>()]*>)?\(/, false);
  const kind = isProperty ? "propertyName" : "variableName";
  return isCalled ? `${kind}.function` : kind;
}

function punctuation(stream: StringStream, state: State): string {
  const letter = stream.next() ?? "";
  if ("([{".includes(letter)) openBracket(letter, stream, state);
  if (")]}".includes(letter)) {
    state.indents.pop();
    if (letter === "}") state.inside.pop();
  }
  state.isValueNext = !")]}".includes(letter);
  return "()[]{}".includes(letter) ? "bracket" : "operator";
}

function openBracket(bracket: string, stream: StringStream, { inside, indents }: State): void {
  indents.push(stream.indentation() + stream.indentUnit);
  if (bracket === "{") inside.push("code");
}

/** From the end of a line with an opening bracket to the line that closes it, the next one that is not further in. */
const folding = foldService.of((state, from, to) => {
  if (!/[([{]\s*$/.test(state.sliceDoc(from, to))) return null;
  const indentOf = (text: string): number => text.length - text.trimStart().length;
  const own = indentOf(state.sliceDoc(from, to));
  const { doc } = state;
  for (let at = doc.lineAt(from).number + 1; at <= doc.lines; at++) {
    const { text, from: start } = doc.line(at);
    if (text.trim() === "" || indentOf(text) > own) continue;
    const end = start + indentOf(text);
    return /^\s*[)\]}]/.test(text) && end > to + 1 ? { from: to, to: end } : null;
  }
  return null;
});

export const typescript = [StreamLanguage.define(parser), folding];
