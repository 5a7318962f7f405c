import { CALL, CALL_NUMBERS, ITEMS, POINTER, SCRATCH, SCRATCH_STRIDE, SIZE, TICKET } from "../src/kernels/wasmCall";

// Reading the current call.

// @ts-ignore: decorator
@inline
export function word(index: i32): i32 {
  return load<i32>(CALL + 4 * index);
}
// @ts-ignore: decorator
@inline
export function pointer(index: i32): usize {
  return load<u32>(CALL + 4 * (POINTER + index));
}
// @ts-ignore: decorator
@inline
export function size(index: i32): i32 {
  return word(SIZE + index);
}
// @ts-ignore: decorator
@inline
export function number(index: i32): f64 {
  return load<f64>(CALL_NUMBERS + 8 * index);
}
// @ts-ignore: decorator
@inline
export function scratch(thread: i32): usize {
  return <usize>load<u32>(CALL + 4 * SCRATCH) + <usize>thread * <usize>load<u32>(CALL + 4 * SCRATCH_STRIDE);
}

/**
 * The next item of the current call, or −1. Items are independent outputs whose bits depend only on their position, so any thread
 * may take any of them: a slow core delays only its own item, not a fixed share of all items.
 */
// @ts-ignore: decorator
@inline
export function takeItem(): i32 {
  const item = atomic.add<i32>(TICKET, 1);
  return item < word(ITEMS) ? item : -1;
}
