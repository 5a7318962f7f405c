/**
 * What a student's code finds as globals: JavaScript itself. The globals of Node and of browsers lead to files, the network and the page in ways that
 * are hard to oversee (console._stdout is a stream whose class opens connections), so all of them go.
 */
const kept = new Set(
  (
    "Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error " +
    "AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError globalThis JSON Math Intl " +
    "ArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array BigUint64Array BigInt64Array " +
    "Uint8ClampedArray Float16Array Float32Array Float64Array DataView Map BigInt Set Iterator WeakMap WeakSet WeakRef Proxy " +
    "Reflect decodeURI decodeURIComponent encodeURI encodeURIComponent eval isFinite isNaN structuredClone"
  ).split(" "),
);

/**
 * Removes all globals that are not JavaScript's own and fixes the others, with `added` beside them. What hangs on them is frozen elsewhere (Node's
 * --frozen-intrinsics, freezeIntrinsics in a worker), so code that replaces Math.random or Array.prototype.map gets a TypeError
 * instead of changing what other files compute.
 */
export function lockGlobals(added: Readonly<Record<string, unknown>>): void {
  const all = globalThis as unknown as Record<string, unknown>;
  for (const name of Reflect.ownKeys(all)) {
    if (!kept.has(name as string)) Reflect.deleteProperty(all, name);
  }
  // A worker's global inherits some, such as structuredClone and fetch
  const inherited = [...kept].filter((name) => name in all && !Object.hasOwn(all, name));
  for (const name of inherited)
    Object.defineProperty(all, name, { value: all[name], writable: true, configurable: true });
  for (let one = Object.getPrototypeOf(all); one && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const name of Reflect.ownKeys(one)) Reflect.deleteProperty(one, name);
  }
  for (const [name, value] of Object.entries(added)) all[name] = value;
  for (const name of Object.getOwnPropertyNames(all)) {
    const { configurable } = Object.getOwnPropertyDescriptor(all, name) as PropertyDescriptor;
    if (configurable) Object.defineProperty(all, name, { writable: false, configurable: false });
  }
}
