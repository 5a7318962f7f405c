import fc from "fast-check";
import type { RandomState } from "../../src/index.ts";

/** Whole numbers for which readers often fail: signs, word sizes, sizes of memory. */
const awkward = [0, 1, 2, 127, 128, 255, 256, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

type Mutation = (bytes: Uint8Array, random: RandomState, others: readonly Uint8Array[]) => Uint8Array;

const place = (bytes: Uint8Array, random: RandomState) => {
  // headers are at the beginning, and readers rely on them
  const limit = random.randomSample() < 0.5 ? Math.min(bytes.length, 200) : bytes.length;
  return limit > 0 ? random.randint(0, limit) : 0;
};
const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array => {
  const parts = [bytes.subarray(0, at), insert, bytes.subarray(Math.min(bytes.length, at + remove))];
  return new Uint8Array(Buffer.concat(parts));
};

const mutations: readonly Mutation[] = [
  (bytes, random) => bytes.slice(0, random.randint(0, bytes.length + 1)),
  (bytes, random) => {
    const at = place(bytes, random);
    bytes[at] ^= 1 << random.randint(0, 8);
    return bytes;
  },
  (bytes, random) => {
    bytes[place(bytes, random)] = awkward[random.randint(0, 6)];
    return bytes;
  },
  (bytes, random) => {
    const width = [2, 4, 8][random.randint(0, 3)];
    const at = place(bytes, random);
    if (at + width > bytes.length) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const value = awkward[random.randint(0, awkward.length)];
    const little = random.randomSample() < 0.7;
    if (width === 2) view.setUint16(at, value & 0xffff, little);
    else if (width === 4) view.setUint32(at, value, little);
    else view.setBigUint64(at, BigInt(value) << BigInt(random.randint(0, 33)), little);
    return bytes;
  },
  (bytes, random) => splice(bytes, place(bytes, random), random.randint(0, 20), new Uint8Array(0)),
  (bytes, random) => {
    const noise = Uint8Array.from({ length: random.randint(1, 20) }, () => random.randint(0, 256));
    return splice(bytes, place(bytes, random), 0, noise);
  },
  (bytes, random) => {
    const from = place(bytes, random);
    const piece = bytes.slice(from, from + random.randint(1, 200));
    return splice(bytes, place(bytes, random), random.randint(0, 2) * piece.length, piece);
  },
  (bytes, random, others) => {
    const other = others[random.randint(0, others.length)];
    const at = place(bytes, random);
    return splice(bytes.subarray(0, at), at, 0, other.subarray(place(other, random)));
  },
  // changes a digit of a number written as text
  (bytes, random) => {
    const digits = [...bytes.keys()].filter((i) => bytes[i] >= 48 && bytes[i] <= 57);
    if (digits.length > 0) bytes[digits[random.randint(0, Math.min(digits.length, 200))]] = 48 + random.randint(0, 10);
    return bytes;
  },
];

/** A copy with one to four changes. */
export function mutate(bytes: Uint8Array, random: RandomState, others: readonly Uint8Array[]): Uint8Array {
  let changed: Uint8Array = new Uint8Array(bytes);
  const times = 1 + Math.floor(random.randomSample() ** 2 * 4);
  for (let i = 0; i < times; i++) {
    if (changed.length === 0) return changed;
    changed = mutations[random.randint(0, mutations.length)](changed, random, others);
  }
  return changed;
}

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(-1, 2 ** 31, 2 ** 53, 1e308, 0.5, "", "__proto__", null, [], {}, [[[[[[[]]]]]]]),
  fc.array(fc.nat(), { maxLength: 12 }),
);

/** A copy of a JSON value in which one or two values are replaced by values from fast-check. */
export function mutateJson(value: unknown, random: RandomState): unknown {
  const [replacement] = fc.sample(strange, { numRuns: 1, seed: random.randint(0, 2 ** 31 - 1) });
  let count = 0;
  const countNodes = (node: unknown): void => {
    count++;
    if (typeof node === "object" && node !== null) for (const inner of Object.values(node)) countNodes(inner);
  };
  countNodes(value);
  let target = random.randint(0, count);
  const change = (node: unknown): unknown => {
    if (target-- === 0) return replacement;
    if (Array.isArray(node)) return node.map(change);
    if (typeof node !== "object" || node === null) return node;
    const entries = Object.entries(node).map(([key, inner]) => [key, change(inner)] as const);
    const action = random.randint(0, 40);
    if (action === 0) entries.pop();
    if (action === 1) entries.push(["surprise", replacement]);
    // JSON.parse makes this name an own property, which code may mistake for the prototype
    if (action === 2) return JSON.parse(`{"__proto__": ${JSON.stringify(replacement) ?? 1}}`);
    return Object.fromEntries(entries);
  };
  const changed = change(value);
  return random.randomSample() < 0.3 ? mutateJson(changed, random) : changed;
}
