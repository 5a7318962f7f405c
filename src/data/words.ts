/**
 * The words of a text, in order: runs of letters, marks and digits of any script, with case folded. "VW Golf-VW" has the words
 * vw, golf and vw.
 */
export function wordsIn(text: string): string[] {
  return folded(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Folds upper and lower case, character by character, so that the regular expression in an ONNX file can do the same. */
function folded(text: string): string {
  const plain = text.replace(/[^\0-\x7f]/gu, foldCharacter);
  return plain.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The lower-case form of the upper-case form, if both are single characters: Σ, σ and ς become σ; I, İ and ı become i. */
export function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  return firstOf((isOne(upper) ? upper : character).toLowerCase());
}

const firstOf = (text: string): string => String.fromCodePoint(text.codePointAt(0) as number);
const isOne = (text: string): boolean => firstOf(text) === text;
