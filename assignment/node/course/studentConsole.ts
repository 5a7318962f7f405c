import { formatWithOptions } from "node:util";

const mostCharacters = 20_000;

/** The console of a student's code: every line goes to `print`, up to a limit for each call of the checks. */
export class StudentConsole {
  readonly #print: (text: string) => void;
  #left = mostCharacters;

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  /** Forgets how much was printed. */
  renew(): void {
    this.#left = mostCharacters;
  }

  /** An object without a way to anything of Node. */
  object(): object {
    const names = ["log", "info", "warn", "error", "debug", "table", "dir", "trace", "assert", "group", "groupEnd"];
    const write = (...values: unknown[]): void => this.#write(values);
    return Object.freeze(
      Object.fromEntries(names.map((name) => [name, Object.freeze((...values: unknown[]) => write(...values))])),
    );
  }

  #write(values: readonly unknown[]): void {
    if (this.#left <= 0) return;
    // customInspect: code of the student's would be called with functions of Node's
    const text = formatWithOptions({ customInspect: false, maxArrayLength: 100, maxStringLength: 1000 }, ...values)
      .replace(/TypedArray\((\d+)\) \[(\w+)\]/g, "$2($1)") // frozen, they do not tell their names to Node
      .replace(/\n +at [^\n]*(file|node):[^\n]*/g, "") // traces: the student's lines alone
      .replaceAll("course:///", "");
    this.#print(text.slice(0, this.#left));
    this.#left -= text.length + 1;
    if (this.#left <= 0) this.#print("… (further output is left out)");
  }
}
