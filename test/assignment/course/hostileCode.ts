import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// Code that fails or tries to get out, and what is said about it, in a process and in a worker of a page.

const root = resolve(import.meta.dirname, "../../..");
const exerciseFile = join(root, "assignment/course/exercises/linear.ts");

/** Files s0.ts, s1.ts, … whose `run` is called, and the one line that tells what is wrong. */
export const failures: readonly (readonly [what: string, source: string, line: RegExp])[] = [
  [
    "an exception with its line",
    "export function run() {\n  return undefined.x;\n}",
    /^exception s\d+\.ts:2 TypeError: Cannot read/,
  ],
  [
    "an exception in array.ts, at the line that called it",
    'import { matmul, zeros } from "./array.ts";\nexport const run = () =>\n  matmul(zeros(2), zeros(2));',
    /^exception s\d+\.ts:3 RangeError: matmul/,
  ],
  ["an exception while the file is loaded", "export const run = () => 1;\nnull.x;", /^load s\d+\.ts:2 TypeError/],
  [
    "stack overflow",
    "export function run() { return run() + 1; }",
    /^exception s\d+\.ts:1 RangeError: Maximum call stack/,
  ],
  [
    "enum",
    "export const run = () => 1;\n\nenum A { B }",
    /^load s\d+\.ts:3 SyntaxError: TypeScript enum is not supported by Node, which only removes types/,
  ],
  [
    "parameter properties",
    "export class A {\n  constructor(readonly x: number) {}\n}",
    /^load s\d+\.ts:2 SyntaxError: TypeScript parameter property is not supported/,
  ],
  [
    "wrong syntax",
    "export const run = () => 1;\nexport const b = = 2;",
    /^load s\d+\.ts:2 SyntaxError: (Expression expected|Unexpected token)/,
  ],
  [
    "an error that the parser of types passes",
    'import {\n  zeros } from "./array.ts";\nexport const run = () => 1;\nlet b = 1;\nlet b = 2;',
    /^load s\d+\.ts:5 SyntaxError: Identifier 'b' has already been declared/,
  ],
  [
    "an export that is missing",
    'import { zeroes } from "./array.ts";\nexport const run = () => zeroes;',
    /^load (s\d+\.ts:1 )?SyntaxError: The requested module '\.\/array\.ts' does not provide an export named 'zeroes'/,
  ],
  [
    "a file that is missing",
    'import { b } from "./b.ts";\nexport const run = b;',
    /^load Import refused: s\d+\.ts imports "\.\/b\.ts": there is no such file/,
  ],
  [
    "a file without its ending",
    'import { b } from "./array";\nexport const run = b;',
    /^load Import refused: s\d+\.ts imports "\.\/array": write the ending \.ts/,
  ],
  ["an async function", "export const run = async () => { throw 1; };", /^a promise \(the function is async\)$/],
  [
    "a rejected promise",
    'export function run() {\n  Promise.reject(new Error("late"));\n}',
    /^exception s\d+\.ts:2 a promise is rejected and nothing handles it: Error: late/,
  ],
  [
    "process.exit",
    "export const run = () => process.exit(0);",
    /^exception s\d+\.ts:1 ReferenceError: process is not defined/,
  ],
  [
    "an object that throws when it is read",
    "export const run = () => { throw Object.defineProperty(new Error(), 'message', { get() { throw 1; } }); };",
    /^exception threw an object that cannot be read/,
  ],
  ["null", "export const run = () => { throw null; };", /^exception threw null/],
];

/** What a file must not import. */
export const specifiers: readonly (readonly [what: string, specifier: string])[] = [
  ["a module of Node", "node:fs"],
  ["a module of Node without its prefix", "fs"],
  ["child processes", "node:child_process"],
  ["the network", "node:net"],
  ["module, to make a require", "node:module"],
  ["the process", "process"],
  ["a package", "handgrad/assignment"],
  ["an absolute path", exerciseFile],
  ["a file URL", pathToFileURL(exerciseFile).href],
  ["a path out of the folder", "../../../assignment/course/exercises/linear.ts"],
  ["a path out of and into the folder", "./b/../../a.ts"],
  ["data", "data:text/javascript,export default 1"],
  ["an address", "https://example.com/a.js"],
  ["its own protocol", "course:///b.ts"],
  ["JSON", "./package.json"],
  ["a query", "./b.ts?x"],
  ["an encoded path", "./%2e%2e/x.ts"],
  ["a private name", "#internal"],
];

/** Files that import something before and while they run; the second returns what it was told. */
export function importing(specifier: string): [before: string, during: string] {
  const text = JSON.stringify(specifier);
  const caught = `let said = "nothing";
try { await import(${text}); said = "imported"; } catch (error) { said = error.message; }
export const run = () => said;`;
  return [`import * as b from ${text};\nexport const run = () => b;`, caught];
}

/** What code must not reach or change: each expression throws. */
export const expressions: readonly (readonly [what: string, expression: string])[] = [
  ["process", "process"],
  ["process of globalThis", "globalThis.process.pid"],
  ["process by a lookalike", "globalThis.global.process"],
  ["require", "require('fs')"],
  ["module", "module.constructor"],
  ["getBuiltinModule", "process.getBuiltinModule('fs')"],
  ["process.binding", "process.binding('fs')"],
  ["the console's streams", "console._stdout.fd"],
  ["the console's class", "new console.Console()"],
  ["the console's symbols", "Object.getOwnPropertySymbols(console)[0].toString()"],
  ["fetch", "fetch('http://localhost')"],
  ["WebSocket", "new WebSocket('ws://localhost')"],
  ["a worker", "new Worker('x')"],
  ["WebAssembly", "new WebAssembly.Memory({ initial: 1 })"],
  ["shared memory", "new SharedArrayBuffer(8)"],
  ["timers", "setTimeout(() => {}, 1)"],
  ["channels", "new BroadcastChannel('a')"],
  ["Buffer", "Buffer.from('a').buffer"],
  ["eval", "eval('1 + 1')"],
  ["indirect eval", "(0, eval)('1 + 1')"],
  ["Function", "new Function('return this')()"],
  ["Function by a constructor", "(() => {}).constructor('return process')()"],
  [
    "generator functions by a constructor",
    "Object.getPrototypeOf(function* () {}).constructor('return process')().next()",
  ],
  ["async functions by a constructor", "Object.getPrototypeOf(async () => {}).constructor('return process')"],
  ["arguments.callee.caller", "(function () { return arguments.callee.caller; })()"],
  ["prepareStackTrace", "Error.prepareStackTrace = (_, sites) => sites"],
  ["the depth of stacks", "Error.stackTraceLimit = 100"],
  ["Math.random", "Math.random = () => 0.5"],
  ["Array.prototype", "Array.prototype.map = () => []"],
  ["Array.prototype by definition", "Object.defineProperty(Array.prototype, 'every', { value: () => true })"],
  ["Object.prototype", "Object.prototype.ok = true"],
  ["a setter in Object.prototype", "Object.defineProperty(Object.prototype, 'handle', { set() {} })"],
  ["Object.is", "Object.is = () => true"],
  ["Promise.prototype.then", "Promise.prototype.then = () => {}"],
  ["Float64Array", "globalThis.Float64Array = Array"],
  ["Float64Array.from", "Float64Array.from = () => []"],
  ["Map.prototype", "Map.prototype.get = () => ({})"],
  ["JSON", "JSON.stringify = () => ''"],
  ["Symbol.hasInstance", "Object.defineProperty(Float64Array, Symbol.hasInstance, { value: () => true })"],
  ["the console", "console.log = () => {}"],
  ["the iterator of arrays", "[][Symbol.iterator]().__proto__.next = () => ({ done: true })"],
];

export const evaluating = (expression: string): string => `export const run = () => String(${expression});`;
