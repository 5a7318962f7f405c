import binaryen from "binaryen";

/**
 * The peak of one core in GFLOP/s: only 128-bit fused multiply-adds on registers. It is the upper bound for WebAssembly on this
 * machine. Best of short slices, because other programs share the machine.
 */
export function fmaPeak(lanes: "f32x4" | "f64x2", seconds = 1): number {
  const chains = 12; // more than latency times throughput, so that no addition waits
  const names = Array.from({ length: chains }, (_, i) => `$c${i}`);
  const text = `(module (func (export "run") (param $rounds i32) (result v128)
    ${names.map((name) => `(local ${name} v128)`).join(" ")} (local $x v128)
    (local.set $x (v128.const i32x4 1 2 3 4))
    (loop $again
      ${names.map((name) => `(local.set ${name} (${lanes}.relaxed_madd (local.get $x) (local.get $x) (local.get ${name})))`).join("\n")}
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    ${names.reduce((sum, name) => `(v128.xor ${sum} (local.get ${name}))`, "(local.get $x)")})
    (func (export "time") (param $rounds i32) (drop (call 0 (local.get $rounds)))))`;
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>));
  const time = exports.time as (rounds: number) => void;
  const rounds = 100_000;
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    time(rounds);
    least = Math.min(least, performance.now() - start);
  }
  return (rounds * chains * 2 * (lanes === "f32x4" ? 4 : 2)) / least / 1e6;
}
