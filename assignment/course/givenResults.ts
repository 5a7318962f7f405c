import type { Returned } from "./wire.ts";

/** The numbers of an array in a record that an object of given.ts returned; none if it is not there. */
export function entriesOf(result: Returned, name: string): ArrayLike<number> & Iterable<number> {
  const entry = result.kind === "record" ? result.entries[name] : undefined;
  return entry?.kind === "array" ? entry.data : [];
}

/** A yes or no in a record that an object of given.ts returned. */
export function isTrue(result: Returned, name: string): boolean {
  const entry = result.kind === "record" ? result.entries[name] : undefined;
  return entry?.kind === "plain" && entry.value === true;
}
