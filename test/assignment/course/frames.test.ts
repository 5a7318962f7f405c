import { expect, test } from "vitest";
import { checkedMessage } from "../../../assignment/course/checkedReply.ts";
import { encodeFrame, FrameReader, mostFrameBytes } from "../../../assignment/node/course/frames.ts";
import fc from "../../properties.ts";

const outputs = (texts: readonly string[]) => texts.map((text) => ({ kind: "output", text }) as const);

test("frames arrive whole, however the pipe cuts them", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (texts, sizes) => {
      const bytes = Buffer.concat(outputs(texts).map(encodeFrame));
      const reader = new FrameReader();
      const found: unknown[] = [];
      for (let start = 0; start < bytes.length; ) {
        const size = sizes.next().value as number;
        found.push(...reader.push(bytes.subarray(start, start + size)));
        start += size;
      }
      expect(found).toEqual(outputs(texts));
    }),
  );
});

test("a frame that is longer than any answer is refused before it is read", () => {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, mostFrameBytes + 1, true);
  expect(() => new FrameReader().push(head)).toThrow(RangeError);
});

const reply = (value: unknown) => ({ kind: "reply", reply: { ok: true, value, changed: [] } });
const data = Float64Array.of(1, 2);

test.each([
  ["nothing", undefined],
  ["a text", "ready"],
  ["another kind", { kind: "end" }],
  ["output that is no text", { kind: "output", text: 1 }],
  ["a reply without a value", { kind: "reply", reply: { ok: true, changed: [] } }],
  ["a reply that is neither", { kind: "reply", reply: { ok: 1, value: { kind: "plain", value: 1 }, changed: [] } }],
  [
    "changes that are no places",
    { kind: "reply", reply: { ok: true, value: { kind: "plain", value: 1 }, changed: ["0"] } },
  ],
  ["a problem without words", { kind: "reply", reply: { ok: false, problem: { kind: "exception" } } }],
  [
    "a problem of the grader's own kind",
    { kind: "reply", reply: { ok: false, problem: { kind: "memory", message: "x" } } },
  ],
  ["an array of too few numbers", reply({ kind: "array", shape: [3], data })],
  ["an array of fractions", reply({ kind: "array", shape: [0.5, 4], data })],
  ["an array of negative lengths", reply({ kind: "array", shape: [-1, -2], data })],
  ["an array of other numbers", reply({ kind: "array", shape: [2], data: [1, 2] })],
  ["an array without a shape", reply({ kind: "array", data })],
  ["a plain object", reply({ kind: "plain", value: {} })],
  ["a plain bigint", reply({ kind: "plain", value: 1n })],
  ["a list with a hole", reply({ kind: "list", items: [{ kind: "plain", value: 1 }, undefined] })],
  ["a record of nothing", reply({ kind: "record", entries: { a: 1 } })],
])("%s is no message", (_, value) => {
  expect(checkedMessage(value)).toBeUndefined();
});

test("a circle is not a message, and only the known fields of a message are kept", () => {
  const items: unknown[] = [];
  const list = { kind: "list", items };
  items.push(list);
  expect(checkedMessage(reply(list))).toBeUndefined();
  const extra = reply({ kind: "plain", value: 1, more: "x" });
  expect(checkedMessage({ ...extra, more: "x" })).toEqual(reply({ kind: "plain", value: 1 }));
  expect(checkedMessage(reply({ kind: "array", shape: [2, 1], data }))).toEqual(
    reply({ kind: "array", shape: [2, 1], data }),
  );
});
