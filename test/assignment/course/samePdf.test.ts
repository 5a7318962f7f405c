import { expect, test } from "vitest";
import { samePdf } from "../../../assignment/node/course/samePdf.ts";

interface Texts {
  readonly page?: string;
  readonly metadata?: string;
  readonly end?: string;
  readonly isReversed?: boolean;
}

/** A PDF in the form that our compiler writes, whose objects may come in another order, under other numbers. */
function pdf({ page = "(points: 0) Tj", metadata = "", end = "", isReversed = false }: Texts): Uint8Array {
  const [first, second] = isReversed ? [2, 1] : [1, 2];
  const id = isReversed ? "YAe5dDzpMLPK91f2BMT4NQ==" : "bA9E38e5z3GO2ta5m8RWag==";
  const xmp = `<x:xmpmeta>${metadata}<xmpMM:InstanceID>${id}</xmpMM:InstanceID></x:xmpmeta>`;
  const objects = [
    `${first} 0 obj\n<<\n  /Type /Page\n  /Contents ${second} 0 R\n>>\nendobj`,
    `${second} 0 obj\n<<\n  /Length 15\n>>\nstream\n${page}\nendstream\nendobj`,
    `3 0 obj\n<<\n  /Type /Metadata\n>>\nstream\n${xmp}\nendstream\nendobj`,
  ];
  const body = (isReversed ? objects.reverse() : objects).join("\n\n");
  const table = "xref\n0 4\n0000000000 65535 f\r\n0000000016 00000 n\r\n";
  return Buffer.from(`%PDF-1.7\n\n${body}\n\n${table}trailer\n<<\n  /ID [(${id})]\n>>\nstartxref\n99\n%%EOF${end}`);
}

test("the order of the objects, their numbers and the IDs do not count", () => {
  expect(samePdf(pdf({}), pdf({ isReversed: true }))).toBe(true);
});

test.each([
  ["other text", { page: "(points: 9) Tj" }],
  ["text in the place of the metadata", { metadata: "(points: 9) Tj" }],
  ["a new object behind the end", { end: "\n2  0 obj\n<<\n>>\nstream\n(points: 9) Tj\nendstream\nendobj" }],
  ["a new object in the usual form", { end: "\n2 0 obj\n<<\n>>\nstream\n(points: 9) Tj\nendstream\nendobj" }],
  ["a new object in a line", { end: "\n2 0 obj<</Length 15>>stream\n(points: 9) Tj\nendstream endobj" }],
  ["a second table and trailer", { end: "\nxref\n0 1\n0000000016 00000 n\r\ntrailer\n<<\n>>\nstartxref\n1\n%%EOF" }],
])("%s counts", (_, changed) => {
  expect(samePdf(pdf(changed), pdf({}))).toBe(false);
});

test("files that are no PDF are not the same", () => {
  expect(samePdf(Buffer.from("a"), Buffer.from("a"))).toBe(false);
});
