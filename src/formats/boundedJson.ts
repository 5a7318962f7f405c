/** The most objects and lists, and the deepest nesting; far more than any file of Handgrad has. */
const mostContainers = 100_000;
const mostDepth = 64;

/**
 * JSON.parse with limits, for untrusted text. Two characters of text can become an object of dozens of bytes, so objects and
 * lists are counted before parsing. Throws SyntaxError like JSON.parse, with the position.
 */
export function parseBoundedJson(text: string): unknown {
  let containers = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (code === 0x5b || code === 0x7b) {
      if (++containers > mostContainers)
        throw new SyntaxError(`expected at most ${mostContainers} objects and lists, found more at position ${i}`);
      if (++depth > mostDepth)
        throw new SyntaxError(`expected at most ${mostDepth} levels of nesting, found more at position ${i}`);
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return JSON.parse(text);
}
