// console.log as text where Node's inspector is missing. Everything is read as plain data: no function of the printed value is called.

const mostItems = 100;
const mostCharacters = 1000;
const width = 72;

/** What console.log shows of its arguments, in the form of Node: "shape [ 2, 3 ]". Understands %s, %d, %i, %f, %j, %o, %O and %%. */
export function formatLine(values: readonly unknown[]): string {
  const [first, ...rest] = values;
  if (typeof first !== "string") return values.map((value) => shown(value)).join(" ");
  const text = first.replace(/%([sdifjoO%])/g, (all, kind: string) => {
    if (kind === "%") return values.length > 1 ? "%" : all;
    return rest.length === 0 ? all : placed(kind, rest.shift());
  });
  return [text, ...rest.map((value) => shown(value))].join(" ");
}

function placed(kind: string, value: unknown): string {
  if (kind === "s") return shown(value);
  if (kind === "d") return String(typeof value === "object" ? Number.NaN : Number(value));
  if (kind === "i") return String(Number.parseInt(String(value), 10));
  if (kind === "f") return String(Number.parseFloat(String(value)));
  return inspect(value, 4);
}

const shown = (value: unknown): string => (typeof value === "string" ? short(value) : inspect(value, 2));

const short = (text: string): string =>
  text.length > mostCharacters
    ? `${text.slice(0, mostCharacters)}… ${text.length - mostCharacters} more characters`
    : text;

/** A value as text, objects within objects to `depth` levels. */
export function inspect(value: unknown, depth = 2, above: readonly unknown[] = []): string {
  if (typeof value === "string") return `'${short(value)}'`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[Function: ${nameOf(value)}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (above.includes(value)) return "[Circular]";
  if (value instanceof Error) return `${String(value.name)}: ${String(value.message)}`;
  const name = className(value);
  if (value instanceof Promise) return "Promise";
  if (depth < 0) return Array.isArray(value) ? "[Array]" : `[${name}]`;
  const inner = (one: unknown): string => inspect(one, depth - 1, [...above, value]);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return listed(value as ArrayLike<unknown>, name, inner);
  const prefix = name === "Object" ? "" : `${name} `;
  if (value instanceof Map) {
    const items = firstOf(value.entries()).map(([key, one]) => `${inner(key)} => ${inner(one)}`);
    return `${name}(${value.size}) ${wrapped("{", items, "}")}`;
  }
  if (value instanceof Set) return `${name}(${value.size}) ${wrapped("{", firstOf(value.values()).map(inner), "}")}`;
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, { enumerable }]) => enumerable);
  const fields = entries.slice(0, mostItems).map(([key, one]) => {
    const word = /^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`;
    return `${word}: ${one.get || one.set ? "[Getter]" : inner(one.value)}`;
  });
  return `${prefix}${wrapped("{", fields, "}")}`;
}

function listed(value: ArrayLike<unknown>, name: string, inner: (one: unknown) => string): string {
  const items = Array.from({ length: Math.min(value.length, mostItems) }, (_, at) => inner(value[at]));
  if (value.length > mostItems) items.push(`... ${value.length - mostItems} more items`);
  return `${name === "Array" ? "" : `${name}(${value.length}) `}${wrapped("[", items, "]")}`;
}

function firstOf<Item>(items: Iterable<Item>): Item[] {
  const list: Item[] = [];
  for (const item of items) if (list.push(item) === mostItems) break;
  return list;
}

function wrapped(open: string, items: readonly string[], close: string): string {
  if (items.length === 0) return open + close;
  const line = `${open} ${items.join(", ")} ${close}`;
  if (line.length <= width && !line.includes("\n")) return line;
  return `${open}\n${items.map((item) => `  ${item.replaceAll("\n", "\n  ")}`).join(",\n")}\n${close}`;
}

function className(value: object): string {
  const maker = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value) ?? {}, "constructor");
  const made: unknown = maker?.value ?? maker?.get?.call(value);
  return typeof made === "function" ? nameOf(made) : "Object";
}

function nameOf(value: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(value, "name")?.value;
  return typeof name === "string" && name !== "" ? name : "(anonymous)";
}
