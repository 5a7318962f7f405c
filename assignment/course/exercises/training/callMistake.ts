import type { Calls } from "./calls.ts";

/** A mistake that shows in the calls of the loop. */
export interface CallMistake {
  readonly cause: string;
  readonly message: string;
  readonly isIn: (calls: Calls) => boolean;
}

export const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.join() === b.join();
export const sorted = (a: readonly number[]): number[] => a.toSorted((x, y) => x - y);
export function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
