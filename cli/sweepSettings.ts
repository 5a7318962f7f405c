import { InvalidArgumentError } from "commander";
import { type DataSource, SettingsError, type SettingsOf } from "../src/node.ts";
import { type Settings, type SettingsFlags, settingsFrom } from "./trainSettings.ts";

// What a sweep varies, from the command line to the settings of its trials.

const integer = /^\d+$/;
const range = /^([^.,:]+(?:\.\d+)?(?:e[+-]?\d+)?)\.\.([^:,]+)((?::log|:whole)*)$/i;

/** "name=a,b", "name=from..to", "name=from..to:log", ":whole"; the name as a setting or as its option, learning-rate. */
export function collectVaried(text: string, before: Settings): Settings {
  const at = text.indexOf("=");
  const name = text
    .slice(0, Math.max(0, at))
    .trim()
    .replace(/^--/, "")
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const values = text.slice(at + 1).trim();
  if (at < 1 || name === "" || values === "")
    throw new InvalidArgumentError("Expected a setting and its values, such as learningRate=0.01,0.1.");
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`Expected ${name} once, found it twice.`);
  const span = range.exec(values);
  if (!span) return { ...before, [name]: values.split(",").map(parseValue) };
  const [, from, to, how] = span;
  const ends = [Number(from), Number(to)];
  if (!ends.every(Number.isFinite)) throw new InvalidArgumentError(`Expected two numbers, found ${values}.`);
  const scale = how.includes("log") ? "log" : "linear";
  return { ...before, [name]: { from: ends[0], to: ends[1], scale, whole: how.includes("whole") } };
}

function parseValue(part: string): number | string | boolean | number[] {
  const text = part.trim();
  if (text === "") throw new InvalidArgumentError("Expected a value between commas, found none.");
  if (text === "true" || text === "false") return text === "true";
  if (/^\d+(-\d+)+$/.test(text)) return text.split("-").map(Number); // layers: 3072-128-20
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

export function parseSeeds(text: string): number[] {
  const seeds = text.split(",").map((seed) => (integer.test(seed.trim()) ? Number(seed) : Number.NaN));
  if (!seeds.every((seed) => Number.isInteger(seed) && seed <= 2 ** 32 - 3))
    throw new InvalidArgumentError("Expected whole numbers, such as 1,2,3.");
  if (new Set(seeds).size < seeds.length) throw new InvalidArgumentError("Expected each seed once.");
  return seeds;
}

/** Sizes of hidden layers: 64-64, a single number, or none. */
function hiddenSizes(value: unknown): number[] {
  if (value === "none" || value === 0) return [];
  const sizes = typeof value === "number" ? [value] : value;
  if (Array.isArray(sizes) && sizes.every((size) => Number.isInteger(size) && size >= 1)) return sizes;
  throw new SettingsError(`hidden: expected sizes of at least 1, such as 64-64, or none, found ${String(value)}`);
}

/**
 * The settings of a trial on the data; `base` has the values of settings that are not given. `hidden`, `flip` and `recipe`, which are
 * options of `train`, are accepted too.
 */
export function trialSettings(source: DataSource, base?: Settings): SettingsOf {
  return ({ hidden, flip, recipe, ...settings }) => {
    const flags: SettingsFlags = {
      settings,
      ...(hidden !== undefined && { hidden: hiddenSizes(hidden) }),
      ...(flip === true && { flip }),
      ...(recipe !== undefined && { recipe: recipe as SettingsFlags["recipe"] }),
    };
    return settingsFrom(flags, source, base);
  };
}
