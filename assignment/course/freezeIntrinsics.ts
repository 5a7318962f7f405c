/**
 * Freezes everything that JavaScript itself provides, as Node does with --frozen-intrinsics: code of one exercise that replaces Math.random or
 * Array.prototype.map gets a TypeError instead of changing what other files compute. An object may still have a property of its own with the
 * name of an inherited one, such as an error with its own name. Call it after the globals that are not JavaScript's own were removed.
 */
export function freezeIntrinsics(): void {
  for (const prototype of overridden()) allowOverrides(prototype);
  const seen = new Set<object>([globalThis]);
  const queue: unknown[] = [...globals(), ...unnamed()];
  while (queue.length > 0) {
    const value = queue.pop();
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    queue.push(Object.getPrototypeOf(value));
    for (const one of descriptorsOf(value)) queue.push(one.value, one.get, one.set);
    Object.freeze(value);
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

const descriptorsOf = (value: object): PropertyDescriptor[] =>
  Reflect.ownKeys(value).map((key) => Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor);

const globals = (): unknown[] => descriptorsOf(globalThis).map(({ value }) => value);

/** Intrinsics that are not reachable from a global: the classes of functions, and iterators. */
function unnamed(): unknown[] {
  const iterators = [[][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator]()];
  const texts = [""[Symbol.iterator](), "a".matchAll(/a/g)];
  const functions = [async () => {}, function* () {}, async function* () {}];
  return [...iterators, ...texts, ...functions].map((one) => Object.getPrototypeOf(one));
}

/** The prototypes whose properties objects often have as their own, too. */
function overridden(): object[] {
  const errors = [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  const typedArray = Object.getPrototypeOf(Float64Array.prototype) as object;
  return [Object, Function, Array, Promise, ...errors].map((one): object => one.prototype).concat(typedArray);
}

/**
 * Makes properties of a prototype accessors, because an assignment to an object cannot hide a frozen property that it inherits: the
 * setter gives the object a property of its own.
 */
function allowOverrides(prototype: object): void {
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const { value, configurable, writable } = descriptor as PropertyDescriptor;
    if (!configurable || !writable) continue;
    Object.defineProperty(prototype, key, {
      get: () => value,
      set(this: object, own: unknown) {
        if (this === prototype)
          throw new TypeError(`Cannot assign to read only property '${key}' of an intrinsic object`);
        const property = { value: own, writable: true, enumerable: true, configurable: true };
        Object.defineProperty(this, key, property);
      },
      enumerable: false,
      configurable: true,
    });
  }
}
