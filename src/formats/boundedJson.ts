/** Far more than any file of ours has: objects and lists in all, and one in another. */
const mostContainers = 100_000;
const mostDepth = 64;

/**
 * JSON.parse for text from anywhere. Two characters of text can become an object of dozens of bytes, so containers are counted
 * before any is made. Throws SyntaxError like JSON.parse, with the place.
 */
export function parseBoundedJson(text: string): unknown {
  let containers = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (code === 0x5b || code === 0x7b) {
      if (++containers > mostContainers) throw new SyntaxError(`more than ${mostContainers} objects and lists at ${i}`);
      if (++depth > mostDepth) throw new SyntaxError(`nested more than ${mostDepth} deep at ${i}`);
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return JSON.parse(text);
}
