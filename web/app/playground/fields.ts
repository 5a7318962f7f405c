// Parts of an address: each reads a text strictly, and writes a value as a text that it can read again.

export interface Field<Value> {
  /** the expected values, for messages */
  readonly expected: string;
  /** undefined for an invalid text */
  read(text: string): Value | undefined;
  write(value: Value): string;
}

const plainNumber = /^-?(\d+(\.\d+)?|\.\d+)(e-?\d+)?$/;

export function numberField(least: number, most: number): Field<number> {
  return {
    expected: `a number from ${least} to ${most}`,
    read: (text) => {
      const value = plainNumber.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
    write: String,
  };
}

export function wholeField(least: number, most: number): Field<number> {
  const { read } = numberField(least, most);
  return {
    expected: `a whole number from ${least} to ${most}`,
    read: (text) => {
      const value = read(text);
      return Number.isInteger(value) ? value : undefined;
    },
    write: String,
  };
}

export function choiceField<Name extends string>(names: readonly Name[]): Field<Name> {
  return {
    expected: `one of ${names.join(", ")}`,
    read: (text) => names.find((name) => name === text),
    write: (value) => value,
  };
}

/** Different names, divided by commas. */
export function listField<Name extends string>(names: readonly Name[]): Field<readonly Name[]> {
  const { read } = choiceField(names);
  return {
    expected: `some of ${names.join(", ")}, each once, with commas between them`,
    read: (text) => {
      const found = text.split(",").map(read);
      return found.includes(undefined) || new Set(found).size < found.length ? undefined : (found as Name[]);
    },
    write: (value) => value.join(","),
  };
}
