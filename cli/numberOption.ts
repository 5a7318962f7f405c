import { InvalidArgumentError } from "commander";

/** A parser for options that take a number in a range; commander prints the message with the option's name. */
export function number({
  minimum = -Infinity,
  above = -Infinity,
  maximum = Infinity,
  whole = false,
} = {}): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= minimum && value > above && value <= maximum) || (whole && !Number.isInteger(value))) {
      const low = above === -Infinity ? `of at least ${minimum}` : `above ${above}`;
      const range = maximum === Infinity ? low : `from ${minimum} to ${maximum}`;
      throw new InvalidArgumentError(`Expected a ${whole ? "whole " : ""}number ${range}.`);
    }
    return value;
  };
}

export const count = number({ minimum: 1, whole: true });

export const seed = number({ minimum: 0, maximum: 2 ** 32 - 1, whole: true });
