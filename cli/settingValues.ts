import { InvalidArgumentError } from "commander";

// Values of settings that are not one number or word, as they are written in a command. All throw InvalidArgumentError.

export function parseLayers(text: string): unknown[] {
  if (!text.trim().startsWith("[")) {
    const sizes = parseSizes(text);
    if (sizes.length >= 2) return sizes;
    throw new InvalidArgumentError("Expected at least two sizes (inputs, outputs), such as 3072,128,20.");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`Expected a list of layers as JSON, found: ${(error as Error).message}.`);
  }
}

export function parseClassWeights(text: string): unknown {
  const word = text.trim();
  if (word === "none" || word === "balanced") return word;
  try {
    return JSON.parse(/^[[{]/.test(word) ? word : `[${word}]`);
  } catch {
    throw new InvalidArgumentError("Expected balanced, none, numbers such as 1,2,5, or a JSON object.");
  }
}

export function parseSizes(text: string): number[] {
  const sizes = text.split(/[,-]/).map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new InvalidArgumentError("Expected sizes of at least 1, such as 128,64.");
  }
  return sizes;
}

export function parseNumbers(text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (!numbers.every(Number.isFinite)) {
    throw new InvalidArgumentError("Expected a number for each channel, such as 0.5069,0.4867,0.4414.");
  }
  return numbers;
}

export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {}
  throw new InvalidArgumentError("Expected a JSON object, such as '{\"patience\": 5}'.");
}
