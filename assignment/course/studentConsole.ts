const mostCharacters = 20_000;

/** The console of a student's code: every line goes to `print`, up to a limit for each call of the checks. */
export class StudentConsole {
  readonly #print: (text: string) => void;
  readonly #format: (values: readonly unknown[]) => string;
  #left = mostCharacters;

  /** `format` makes the text of what one call of console.log got. */
  constructor(print: (text: string) => void, format: (values: readonly unknown[]) => string) {
    this.#print = print;
    this.#format = format;
  }

  /** Resets the limit. */
  renew(): void {
    this.#left = mostCharacters;
  }

  /** An object that does not lead to anything of Node or the page. */
  object(): object {
    const names = ["log", "info", "warn", "error", "debug", "table", "dir", "trace", "assert", "group", "groupEnd"];
    const write = (...values: unknown[]): void => this.#write(values);
    return Object.freeze(
      Object.fromEntries(names.map((name) => [name, Object.freeze((...values: unknown[]) => write(...values))])),
    );
  }

  #write(values: readonly unknown[]): void {
    if (this.#left <= 0) return;
    const text = this.#format(values);
    this.#print(text.slice(0, this.#left));
    this.#left -= text.length + 1;
    if (this.#left <= 0) this.#print("… (further output is left out)");
  }
}
