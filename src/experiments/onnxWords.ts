import type { WordEncoding } from "../data/wordColumn.ts";
import { foldCharacter } from "../data/words.ts";
import { addNode, castNode, type OnnxNode, stringsNode } from "./onnxNode.ts";

/** The result of `encodeWords` for the texts x (batch, 1): a number for each word, and one for a missing text. */
export function addWords(nodes: OnnxNode[], { words, indicator }: WordEncoding, x: string): string {
  const found = words.map((word) => addNode(nodes, "RegexFullMatch", [x], { pattern: patternOf(word) }));
  if (indicator) found.push(addNode(nodes, "Equal", [x, stringsNode(nodes, [""])]));
  return castNode(nodes, found.length === 1 ? found[0] : addNode(nodes, "Concat", found, { axis: 1 }), "float");
}

/**
 * A regular expression (RE2) of whole texts that contain a word between characters that no word has. Words consist of letters, marks and
 * digits, so that nothing is escaped. "vw" is (?s)(?:.*[^\pL\pM\pN])?[vV][wW](?:[^\pL\pM\pN].*)?
 */
export function patternOf(word: string): string {
  const other = "[^\\pL\\pM\\pN]";
  const letters = Array.from(word, (letter) => {
    const all = (unfolded().get(letter) ?? []).join("");
    return all === "" ? letter : `[${letter}${all}]`;
  });
  return `(?s)(?:.*${other})?${letters.join("")}(?:${other}.*)?`;
}

/** Letters with two cases are before this code point. */
const lastCased = 0x1ffff;

/** For each folded character the others that are folded to it. */
function unfolded(): ReadonlyMap<string, readonly string[]> {
  if (inverse) return inverse;
  inverse = new Map();
  for (let code = 0; code <= lastCased; code++) {
    const character = String.fromCodePoint(code);
    const folded = foldCharacter(character);
    if (folded === character) continue;
    const others = inverse.get(folded);
    if (others) others.push(character);
    else inverse.set(folded, [character]);
  }
  return inverse;
}
let inverse: Map<string, string[]> | undefined;
