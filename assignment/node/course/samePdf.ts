import { createHash } from "node:crypto";

/**
 * Whether two PDFs of our compiler have the same content. It writes entries of dictionaries and whole objects in an order that changes from process to process, and
 * a new ID each time, so bytes cannot be compared: the objects are, as a set, without the numbers by which they refer to each other.
 * Nothing else may be in the file: a later version of an object, which viewers would show, is added behind the end.
 */
export function samePdf(one: Uint8Array, other: Uint8Array): boolean {
  const [first, second] = [partsOf(one), partsOf(other)];
  return first.length > 1 && first.length === second.length && first.every((part, at) => part === second[at]);
}

/** A checksum of each object, in their order, and of what is around the objects. */
function partsOf(pdf: Uint8Array): string[] {
  const text = Buffer.from(pdf).toString("latin1");
  const checksums: string[] = [];
  const around = text.replaceAll(/(?<=\n)\d+ 0 obj\r?\n([\s\S]*?)\r?\nendobj/g, (_, body: string) => {
    checksums.push(checksumOf(body));
    return "object";
  });
  // the table of places, and the trailer with the IDs
  checksums.push(checksum(around.replaceAll(/\d+/g, "0").replaceAll(/\([\w+/=]*\)/g, "(id)")));
  return checksums.sort();
}

function checksumOf(body: string): string {
  const start = body.search(/\bstream\r?\n/);
  const dictionary = start < 0 ? body : body.slice(0, start);
  const entries = dictionary
    .replace(/\b\d+ 0 R\b/g, "R")
    .split("\n")
    .sort()
    .join("\n");
  const stream = start < 0 ? "" : body.slice(start);
  const isMetadata = /\/Type \/Metadata\b/.test(dictionary);
  const id = /<xmpMM:(DocumentID|InstanceID)>[\w+/=]*</g; // new each time
  return checksum(entries + (isMetadata ? stream.replace(id, "<$1><") : stream));
}

const checksum = (text: string): string => createHash("sha256").update(text, "latin1").digest("base64");
