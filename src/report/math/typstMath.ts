import { type MathNode, parseMath } from "./parseMath.ts";

/** A formula in Typst's notation, between its dollar signs. */
export function mathToTypst(latex: string, display: boolean): string {
  const body = write(parseMath(latex));
  return display ? `$ ${body} $` : `$${body}$`;
}

const special = new Set(["/", ",", ";", "#", "&", "_", "^", "'", "~", "\\", '"', "$"]);

function write(node: MathNode): string {
  switch (node.kind) {
    case "identifier":
    case "number":
      return node.text;
    case "operator":
      return special.has(node.text) ? `\\${node.text}` : node.text === "⊤" ? "top" : node.text;
    case "function":
      return `op("${node.text}")`;
    case "text":
      return JSON.stringify(node.text);
    case "code":
      return `#raw(${JSON.stringify(node.text)})`;
    case "row":
      return node.items.map(write).join(" ");
    case "fraction":
      return `frac(${write(node.over)}, ${write(node.under)})`;
    case "fence":
      return node.open === "|" ? `abs(${write(node.body)})` : `lr(${node.open} ${write(node.body)} ${node.close})`;
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
