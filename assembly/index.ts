import {
  AVERAGE_POOL, AVERAGE_POOL_BACKWARD, BATCH_NORM, BATCH_NORM_BACKWARD, BATCH_NORM_EVALUATE, CLOSED, CONVOLVE, CONVOLVE_WEIGHTS, CROSS_ENTROPY, DEPTHWISE, DEPTHWISE_WEIGHTS, DONE, ELEMENTWISE, FAILED, GATHER, HANG, JOINED,
  MAX_POOL, MAX_POOL_BACKWARD, OPERATION, PRODUCT, SEQUENCE, SLEEPERS, SOFTMAX, STOP, SUM_ROWS, TICKET, TRAP, WIDE, WINOGRAD, WINOGRAD_WEIGHTS,
} from "../src/kernels/wasmCall";
import { size, word } from "./call";
import { convolve } from "./convolution";
import { convolveWeights } from "./convolutionWeights";
import { depthwise, depthwiseWeights } from "./depthwise";
import { elementwise } from "./elementwise";
import { gather } from "./gather";
import { batchNorm, batchNormBackward } from "./norms";
import { pool, poolBackward } from "./pools";
import { product } from "./product";
import { crossEntropy, softmax, sumRows } from "./rows";
import { winograd } from "./winograd";
import { winogradWeights } from "./winogradWeights";

export {
  GELU as activation_gelu, GELU_EXACT as activation_geluExact, LEAKY_RELU as activation_leakyRelu, RELU as activation_relu, SIGMOID as activation_sigmoid,
  SILU as activation_silu, TANH as activation_tanh,
} from "./activations";

// The caller is thread 0 and works like every other thread. It publishes a call; workers that are awake join it and take items
// from a common counter. When no item is left, the caller closes the call and waits only for the workers that joined, so a worker
// that sleeps or has lost its core delays nothing. A late worker finds the call closed, or joins the next one and reads that: a
// call is written only while no worker has joined.

const SPINS = 20000;

function execute<T>(thread: i32): void {
  const operation = word(OPERATION);
  if (operation < ELEMENTWISE) elementwise<T>(thread);
  else if (operation == PRODUCT) product<T>(thread);
  else if (operation == SUM_ROWS) sumRows<T>();
  else if (operation == SOFTMAX) softmax<T>();
  else if (operation == CROSS_ENTROPY) crossEntropy<T>();
  else if (operation == GATHER) gather<T>();
  else if (operation == CONVOLVE) convolve<T>(thread);
  else if (operation == CONVOLVE_WEIGHTS) convolveWeights<T>(thread);
  else if (operation == BATCH_NORM || operation == BATCH_NORM_EVALUATE) batchNorm<T>(thread);
  else if (operation == BATCH_NORM_BACKWARD) batchNormBackward<T>(thread);
  else if (operation == DEPTHWISE) depthwise<T>();
  else if (operation == DEPTHWISE_WEIGHTS) depthwiseWeights<T>();
  else if (operation == WINOGRAD) winograd<T>(thread);
  else if (operation == WINOGRAD_WEIGHTS) winogradWeights<T>(thread);
  else if (operation >= MAX_POOL_BACKWARD && operation <= AVERAGE_POOL_BACKWARD) poolBackward<T>();
  else if (operation >= MAX_POOL && operation <= AVERAGE_POOL) pool<T>();
  else if (operation == TRAP) trap(thread);
  else if (operation == HANG) hang(thread);
}

function run(thread: i32): void {
  if (word(WIDE)) execute<f64>(thread);
  else execute<f32>(thread);
}

/** Runs the whole call on the caller's thread: small calls take less time than waking another thread. */
export function alone(): void {
  atomic.store<i32>(TICKET, 0);
  run(0);
}

/** The number of workers that joined the last call before it was closed; used on the caller's thread only. */
let joined: i32 = 0;

/** Runs the call together with the workers that join; call `finish` afterwards. */
export function together(): void {
  atomic.store<i32>(TICKET, 0);
  atomic.store<i32>(DONE, 0);
  atomic.store<i32>(JOINED, 0);
  atomic.add<i32>(SEQUENCE, 1);
  if (atomic.load<i32>(SLEEPERS)) atomic.notify(SEQUENCE, -1);
  run(0);
  joined = atomic.or<i32>(JOINED, CLOSED);
}

/** Waits a while for the workers that joined. Returns 1 if all have finished, 0 if not yet, −1 if one has failed. */
export function finish(): i32 {
  for (let i = 0; i < SPINS; i++) {
    if (atomic.load<i32>(FAILED)) return -1;
    if (atomic.load<i32>(DONE) == joined) return 1;
  }
  return 0;
}

/** The loop of a worker; returns when it must stop. */
export function work(thread: i32): void {
  // Not the current number: a call may have been published before this worker was ready.
  let seen = 0;
  while (true) {
    seen = nextCall(seen);
    if (atomic.load<i32>(STOP)) return;
    if (atomic.add<i32>(JOINED, 1) & CLOSED) continue;
    run(thread);
    atomic.add<i32>(DONE, 1);
  }
}

/** Spins first, because the calls of a training step follow each other closely; then sleeps, so that idle workers cost nothing. */
function nextCall(seen: i32): i32 {
  for (let i = 0; i < SPINS; i++) {
    const sequence = atomic.load<i32>(SEQUENCE);
    if (sequence != seen) return sequence;
  }
  atomic.add<i32>(SLEEPERS, 1);
  while (atomic.load<i32>(SEQUENCE) == seen) atomic.wait<i32>(SEQUENCE, seen, -1);
  atomic.sub<i32>(SLEEPERS, 1);
  return atomic.load<i32>(SEQUENCE);
}

// For tests of failures: the other threads keep the call open until the given thread has joined it.

function trap(thread: i32): void {
  if (thread == size(0)) unreachable();
  while (!atomic.load<i32>(FAILED)) {}
}

function hang(thread: i32): void {
  if (thread == size(0)) atomic.store<i32>(TICKET, 1);
  while (thread == size(0) || !atomic.load<i32>(TICKET)) {}
}
