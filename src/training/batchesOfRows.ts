import { yieldsToEvents } from "./yieldToEvents.ts";

/** The rows from `start` to before `end` in batches, in order; before each, other events have their turn. Throws when `signal` is aborted. */
export async function* batchesOfRows(
  start: number,
  end: number,
  { batchSize, signal }: { readonly batchSize: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Int32Array, void, void> {
  const yieldToEvents = yieldsToEvents();
  for (let first = start; first < end; first += batchSize) {
    await yieldToEvents();
    signal?.throwIfAborted();
    yield Int32Array.from({ length: Math.min(batchSize, end - first) }, (_, i) => first + i);
  }
}
