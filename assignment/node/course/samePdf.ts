import { createHash } from "node:crypto";

/**
 * Whether two PDFs of our compiler have the same content. It writes entries of dictionaries and whole objects in an order that changes from process to process, and
 * a new ID each time, so bytes cannot be compared: the objects are, as a set, without the numbers by which they refer to each other.
 */
export function samePdf(one: Uint8Array, other: Uint8Array): boolean {
  const [first, second] = [objectsOf(one), objectsOf(other)];
  return first.length > 0 && first.length === second.length && first.every((object, at) => object === second[at]);
}

/** A checksum of each object, in their order. */
function objectsOf(pdf: Uint8Array): string[] {
  const text = Buffer.from(pdf).toString("latin1");
  const checksums: string[] = [];
  for (const [, body] of text.matchAll(/\d+ 0 obj\r?\n([\s\S]*?)\r?\nendobj/g)) {
    const start = body.search(/\bstream\r?\n/);
    const dictionary = start < 0 ? body : body.slice(0, start);
    if (/\/Type \/Metadata\b/.test(dictionary)) continue; // title, and an ID that is new each time
    const entries = dictionary
      .replace(/\b\d+ 0 R\b/g, "R")
      .split("\n")
      .sort()
      .join("\n");
    const stream = start < 0 ? "" : body.slice(start);
    checksums.push(createHash("sha256").update(entries).update(stream, "latin1").digest("base64"));
  }
  return checksums.sort();
}
