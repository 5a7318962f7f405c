import { HandgradError } from "../../tensor/errors.ts";

/** A formula as a tree: what MathML and Typst are written from. The source is the part of LaTeX that the reports use. */
export type MathNode =
  | { readonly kind: "identifier" | "number" | "operator" | "text" | "function" | "code"; readonly text: string }
  | { readonly kind: "row"; readonly items: readonly MathNode[] }
  | { readonly kind: "fraction"; readonly over: MathNode; readonly under: MathNode }
  | { readonly kind: "root"; readonly body: MathNode }
  | { readonly kind: "fence"; readonly open: string; readonly close: string; readonly body: MathNode }
  | { readonly kind: "hat"; readonly body: MathNode }
  | { readonly kind: "scripts"; readonly base: MathNode; readonly sub?: MathNode; readonly sup?: MathNode }
  | { readonly kind: "space"; readonly em: number };

const identifiers: Readonly<Record<string, string>> = {
  ...{ alpha: "α", beta: "β", gamma: "γ", delta: "δ", varepsilon: "ε", eta: "η", theta: "θ", lambda: "λ", mu: "μ" },
  ...{ sigma: "σ", pi: "π", Phi: "Φ", varphi: "φ", infty: "∞", ell: "ℓ", partial: "∂", nabla: "∇" },
};
const operators: Readonly<Record<string, string>> = {
  ...{ leftarrow: "←", cdot: "·", odot: "⊙", times: "×", le: "≤", ge: "≥", neq: "≠", approx: "≈", pm: "±" },
  ...{ to: "→", in: "∈", sum: "∑", top: "⊤", dots: "…", "{": "{", "}": "}", "|": "‖", "%": "%", sim: "∼" },
};
const functions = new Set(["log", "exp", "tanh", "max", "min"]);
const bracedKinds: Readonly<Record<string, "text" | "code" | "function">> = {
  text: "text",
  texttt: "code",
  operatorname: "function",
};
const brackets: Readonly<Record<string, string>> = {
  "(": "(",
  ")": ")",
  "[": "[",
  "]": "]",
  "|": "|",
  "\\{": "{",
  "\\}": "}",
};
const spaces: Readonly<Record<string, number>> = { ",": 0.17, ";": 0.28, quad: 1, qquad: 2 };

/** Throws HandgradError that shows the formula for a command that is not known or a brace that is missing. */
export function parseMath(latex: string): MathNode {
  const tokens = latex.match(/\\(?:text|texttt|operatorname)\{[^}]*\}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S/gu) ?? [];
  let at = 0;
  const fail = (what: string): never => {
    throw new HandgradError(`formula "${latex}": ${what}`);
  };

  function row(end?: string): MathNode {
    const items: MathNode[] = [];
    while (at < tokens.length && tokens[at] !== end) items.push(scripted());
    if (end !== undefined && tokens[at++] !== end) fail(`"${end}" is missing`);
    return items.length === 1 ? items[0] : { kind: "row", items };
  }

  function scripted(): MathNode {
    const base = atom();
    let sub: MathNode | undefined;
    let sup: MathNode | undefined;
    while (tokens[at] === "_" || tokens[at] === "^" || tokens[at] === "'") {
      const mark = tokens[at++];
      if (mark === "_") sub = atom();
      else sup = mark === "'" ? { kind: "operator", text: "′" } : atom();
    }
    return sub || sup ? { kind: "scripts", base, ...(sub && { sub }), ...(sup && { sup }) } : base;
  }

  function bracket(): string {
    const token = tokens[at++];
    return (
      brackets[token] ??
      fail(`\\left and \\right need one of ${Object.keys(brackets).join(" ")}, found "${token ?? "the end"}"`)
    );
  }

  function atom(): MathNode {
    const token = tokens[at++];
    if (token === undefined) return fail("it ends too early");
    if (token === "{") return row("}");
    if (/^\d/.test(token)) return { kind: "number", text: token };
    if (/^[A-Za-zα-ωΑ-Ω]$/.test(token)) return { kind: "identifier", text: token };
    if (!token.startsWith("\\")) return { kind: "operator", text: token === "-" ? "−" : token === "*" ? "∗" : token };
    const braced = token.match(/^\\([a-z]+)\{(.*)\}$/);
    if (braced) return { kind: bracedKinds[braced[1]], text: braced[2] };
    const name = token.slice(1);
    switch (name) {
      case "frac": {
        const over = atom();
        return { kind: "fraction", over, under: atom() };
      }
      case "sqrt":
        return { kind: "root", body: atom() };
      case "hat":
        return { kind: "hat", body: atom() };
      case "left": {
        const open = bracket();
        const body = row("\\right");
        return { kind: "fence", open, close: bracket(), body };
      }
    }
    if (Object.hasOwn(spaces, name)) return { kind: "space", em: spaces[name] };
    if (functions.has(name)) return { kind: "function", text: name };
    if (Object.hasOwn(identifiers, name)) return { kind: "identifier", text: identifiers[name] };
    if (Object.hasOwn(operators, name)) return { kind: "operator", text: operators[name] };
    return fail(`\\${name} is not known here`);
  }

  const tree = row();
  return at < tokens.length ? fail(`unexpected "${tokens[at]}"`) : tree;
}
