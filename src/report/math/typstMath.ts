import { type MathNode, parseMath } from "./parseMath.ts";
import { typstString } from "./typstString.ts";

/** A formula in Typst's notation, between its dollar signs. */
export function mathToTypst(latex: string, display: boolean): string {
  const body = write(parseMath(latex));
  return display ? `$ ${body} $` : `$${body}$`;
}

/** Signs of ASCII that stand for themselves in Typst's formulas; all others are escaped. */
const ordinary = /^[=+()[\]<>|:!.]$/;

function operator(text: string): string {
  if (text === "⊤") return "top";
  if (/^[!-~]$/.test(text)) return ordinary.test(text) ? text : `\\${text}`;
  return /^[\p{S}\p{P}]$/u.test(text) ? text : typstString(text);
}

function write(node: MathNode): string {
  switch (node.kind) {
    case "identifier":
    case "number":
      return node.text; // a letter, a number
    case "operator":
      return operator(node.text);
    case "function":
      return `op(${typstString(node.text)})`;
    case "text":
      return typstString(node.text);
    case "code":
      return `#raw(${typstString(node.text)})`;
    case "row":
      return node.items.map(write).join(" ");
    case "fraction":
      return `frac(${write(node.over)}, ${write(node.under)})`;
    case "fence":
      return node.open === "|"
        ? `abs(${write(node.body)})`
        : `lr(${operator(node.open)} ${write(node.body)} ${operator(node.close)})`;
    case "root":
      return `sqrt(${write(node.body)})`;
    case "hat":
      return `hat(${write(node.body)})`;
    case "space":
      return `#h(${node.em}em)`;
    case "scripts": {
      const sub = node.sub ? `_(${write(node.sub)})` : "";
      const sup = node.sup ? `^(${write(node.sup)})` : "";
      return `${write(node.base)}${sub}${sup}`;
    }
  }
}
