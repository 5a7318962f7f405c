import { expect, test } from "vitest";
import { type Numbers, RandomState, type Ranks, scalarKernels } from "../../src/index.ts";
import { GradientExchange, mostNumbers } from "../../src/training/gradientExchange.ts";

const isSame = (a: Numbers, b: Numbers): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

/** Ranks in one thread, whose messages arrive after a random number of questions, so that later ones overtake earlier ones. */
function slowRanks(size: number, seed: number): { ranks: Ranks[]; sent: number[] } {
  const random = new RandomState(seed);
  const posted = new Map<string, Numbers>();
  const sent: number[] = [];
  const one = (rank: number): Ranks => ({
    rank,
    size,
    swap: () => expect.fail("swap waits"),
    begin(partner, outgoing, incoming, channel) {
      const before = outgoing.slice();
      expect(posted.has(`${rank} ${partner} ${channel}`)).toBe(false);
      posted.set(`${rank} ${partner} ${channel}`, before);
      sent.push(outgoing.length);
      let questions = random.randint(0, 6);
      let done = false;
      const isDone = (): boolean => {
        const answer = posted.get(`${partner} ${rank} ${channel}`);
        if (done || !answer || questions-- > 0) return done;
        expect(isSame(outgoing, before), "what is under way was changed").toBe(true);
        incoming.set(answer as Float32Array);
        posted.delete(`${partner} ${rank} ${channel}`);
        done = true;
        return true;
      };
      return { isDone, wait: () => expect(Array.from({ length: 6 }, isDone).at(-1)).toBe(true) };
    },
  });
  return { ranks: Array.from({ length: size }, (_, rank) => one(rank)), sent };
}

/** What each of 4 ranks has, and ((0 + 1) + (2 + 3)) in float32. */
function gradientsOf(length: number) {
  const random = new RandomState(7);
  const own = Array.from({ length: 4 }, () => Float32Array.from({ length }, () => random.randn()));
  const add = (a: Float32Array, b: Float32Array) => a.map((x, i) => x + b[i]);
  return { own, sum: add(add(own[0], own[1]), add(own[2], own[3])) };
}

test("gradients are added in the tree of the ranks, whatever arrives first", () => {
  // two layers: large weights and biases behind them
  const weights = 3 * mostNumbers;
  const second = weights + 100;
  const length = second + 5000;
  const { own, sum } = gradientsOf(length);
  const { ranks, sent } = slowRanks(4, 1);
  const networks = own.map((gradients) => ({ final: gradients, gradients: new Float32Array(length).fill(NaN) }));
  const exchanges = ranks.map((each, rank) => new GradientExchange(each, scalarKernels, networks[rank]));
  const compute = (start: number, end: number) => {
    for (const { gradients, final } of networks) gradients.set(final.subarray(start, end), start);
  };
  for (let step = 0; step < 3; step++) {
    for (const { gradients } of networks) gradients.fill(NaN);
    compute(second, length);
    for (const each of exchanges) each.finalFrom(second);
    expect(sent.length).toBe(0);
    for (let part = 0; part < 3; part++) {
      const [start, end] = [part * mostNumbers, (part + 1) * mostNumbers];
      compute(start, end);
      exchanges.forEach((each, rank) => {
        each.finalPart(networks[rank].gradients.subarray(start, end));
        each.finalPart(new Float32Array(10)); // memory of something else
      });
    }
    // the first layer is under way before it is complete
    expect(sent.slice(0, 4)).toEqual(Array(4).fill(mostNumbers));
    compute(weights, second);
    for (const each of exchanges) each.finalFrom(0);
    for (let i = 0; i < 30; i++) for (const each of exchanges) each.finalFrom(0);
    for (const each of exchanges) each.finish();
    for (const { gradients } of networks) expect(isSame(gradients, sum)).toBe(true);
    // every number twice, at distance 1 and 2; biases and the second layer in one message
    expect(sent.sort((a, b) => a - b)).toEqual([...Array(8).fill(5100), ...Array(24).fill(mostNumbers)]);
    sent.length = 0;
  }
});

test("without `begin` gradients are swapped in the order in which they are final", () => {
  const gradients = Float32Array.from({ length: 10 }, (_, i) => i);
  const lengths: number[] = [];
  const swap = (_: number, outgoing: Numbers, incoming: Numbers) => {
    lengths.push(outgoing.length);
    incoming.set((outgoing as Float32Array).map((x) => 10 * x));
  };
  const exchange = new GradientExchange({ rank: 0, size: 2, swap }, scalarKernels, { gradients });
  exchange.finalPart(gradients.subarray(2, 4));
  exchange.finish();
  expect(lengths).toEqual([2, 6, 2]);
  expect(gradients).toEqual(Float32Array.from({ length: 10 }, (_, i) => 11 * i));
});
