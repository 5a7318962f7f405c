import type { Kernels } from "../kernels/kernels.ts";
import type { Ranks, Transfer } from "../kernels/ranks.ts";
import { dtypeOf, type Numbers } from "../tensor/tensor.ts";

/** Gradients are sent in parts of at most this many numbers, so that a part is added while the next one is sent. */
export const mostNumbers = 2 ** 17;
/** Gradients of small layers are sent together, because each message has a fixed cost. */
const leastNumbers = 2 ** 16;

const done: Transfer = { isDone: () => true, wait: () => {} };

interface Part {
  /** yields each transfer that it starts, and adds the received numbers when it is resumed */
  readonly rounds: Iterator<Transfer, void>;
  transfer: Transfer;
}

/**
 * Adds up the gradients of all ranks, each part as soon as it is final, while the backward pass computes earlier layers. Every
 * number is added in the tree of the shards, so the bits do not depend on the parts. All ranks must report the same parts in the same
 * order.
 */
export class GradientExchange {
  private readonly ranks: Ranks;
  private readonly kernels: Kernels;
  private readonly network: { readonly gradients: Numbers };
  private received: Numbers | undefined;
  private underWay: Part[] = [];
  private channels = 0;
  /** the place from which on all gradients are final */
  private from = Infinity;
  /** neighbouring ranges behind `from` that wait for more */
  private small = { start: 0, end: 0 };
  /** ranges before `from` that are sent already */
  private sent: { readonly start: number; readonly end: number }[] = [];

  constructor(ranks: Ranks, kernels: Kernels, network: { readonly gradients: Numbers }) {
    this.ranks = ranks;
    this.kernels = kernels;
    this.network = network;
  }

  /** A part of the gradients is final; arrays in other memory are ignored. */
  finalPart = (part: Numbers): void => {
    const { gradients } = this.network;
    const start = (part.byteOffset - gradients.byteOffset) / gradients.BYTES_PER_ELEMENT;
    const end = start + part.length;
    if (part.buffer !== gradients.buffer || start < 0 || end > Math.min(this.from, gradients.length)) return;
    this.sent.push({ start, end });
    this.begin(start, end);
    this.proceed();
  };

  /** All gradients from this place on are final. */
  finalFrom = (offset: number): void => {
    let end = Math.min(this.from, this.network.gradients.length);
    for (const sent of this.sent.sort((a, b) => b.start - a.start)) {
      this.collect(sent.end, end);
      end = sent.start;
    }
    this.collect(offset, end);
    if (offset === 0) this.flush();
    this.from = offset;
    this.sent = [];
    this.proceed();
  };

  /** Waits until all gradients of a step are added up. */
  finish(): void {
    this.finalFrom(0);
    while (this.underWay.length > 0) {
      this.underWay[0].transfer.wait();
      this.proceed();
    }
    this.from = Infinity;
    this.channels = 0;
  }

  private collect(start: number, end: number): void {
    if (start >= end) return;
    if (end !== this.small.start) this.flush();
    this.small = { start, end: this.small.end > this.small.start ? this.small.end : end };
    if (this.small.end - start >= leastNumbers) this.flush();
  }

  private flush(): void {
    const { start, end } = this.small;
    this.small = { start: 0, end: 0 };
    this.begin(start, end);
  }

  private begin(start: number, end: number): void {
    const { gradients } = this.network;
    this.received ??= this.kernels.allocate(dtypeOf(gradients), gradients.length);
    const parts = Math.ceil((end - start) / mostNumbers);
    for (let i = 0; i < parts; i++) {
      const place = (part: number) => start + Math.round((part * (end - start)) / parts);
      const [own, other] = [gradients, this.received].map((all) => all.subarray(place(i), place(i + 1)));
      this.underWay.push({ rounds: this.exchange(own, other, this.channels++), transfer: done });
    }
  }

  private *exchange(own: Numbers, other: Numbers, channel: number): Generator<Transfer, void> {
    const { ranks } = this;
    for (let distance = 1; distance < ranks.size; distance *= 2) {
      const partner = ranks.rank ^ distance;
      if (ranks.begin) yield ranks.begin(partner, own, other, channel);
      else ranks.swap(partner, own, other);
      this.kernels.addScaled(own, other, 1);
    }
  }

  /** Checks the pending messages, adds received parts and starts the next ones. */
  private proceed(): void {
    this.underWay = this.underWay.filter((part) => {
      while (part.transfer.isDone()) {
        const { done: ended, value } = part.rounds.next();
        if (ended) return false;
        part.transfer = value;
      }
      return true;
    });
  }
}
