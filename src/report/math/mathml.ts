import { escapeXml } from "../figures/svg.ts";
import { type MathNode, parseMath } from "./parseMath.ts";

/** A formula as MathML, which browsers draw without extra fonts or scripts. */
export function mathToMathml(latex: string, display: boolean): string {
  const style = display ? ' display="block"' : "";
  return `<math${style}>${write(parseMath(latex), display)}</math>`;
}

function write(node: MathNode, display: boolean): string {
  const inner = (child: MathNode) => write(child, display);
  switch (node.kind) {
    case "identifier":
      return `<mi>${escapeXml(node.text)}</mi>`;
    case "number":
      return `<mn>${escapeXml(node.text)}</mn>`;
    case "operator":
      return `<mo>${escapeXml(node.text)}</mo>`;
    case "function":
      return `<mi>${escapeXml(node.text)}</mi><mo>&#x2061;</mo>`;
    case "text":
      return `<mtext>${escapeXml(node.text.replaceAll(" ", "\u00a0"))}</mtext>`;
    case "code":
      return `<mtext class="code">${escapeXml(node.text)}</mtext>`;
    case "row":
      return `<mrow>${node.items.map((item, i) => inner(item) + gapAfter(item, node.items[i + 1])).join("")}</mrow>`;
    case "fence":
      return `<mrow><mo fence="true">${escapeXml(node.open)}</mo>${inner(node.body)}<mo fence="true">${escapeXml(node.close)}</mo></mrow>`;
    case "fraction":
      return `<mfrac>${one(node.over, display)}${one(node.under, display)}</mfrac>`;
    case "root":
      return `<msqrt>${inner(node.body)}</msqrt>`;
    case "hat":
      return `<mover accent="true">${one(node.body, display)}<mo stretchy="false">^</mo></mover>`;
    case "space":
      return `<mspace width="${node.em}em"/>`;
    case "scripts":
      return scripts(node, display);
  }
}

/** log x, but log(x): browsers put no space after the name of a function. */
function gapAfter(item: MathNode, next: MathNode | undefined): string {
  const isFunction = item.kind === "function" || (item.kind === "scripts" && item.base.kind === "function");
  const bracket = next?.kind === "fence" || (next?.kind === "operator" && next.text === "(");
  return isFunction && next && !bracket ? '<mspace width="0.17em"/>' : "";
}

function scripts({ base, sub, sup }: Extract<MathNode, { kind: "scripts" }>, display: boolean): string {
  const isSum = base.kind === "operator" && base.text === "∑";
  const limits = isSum && display;
  const [both, low, high] = limits ? ["munderover", "munder", "mover"] : ["msubsup", "msub", "msup"];
  const name = sub && sup ? both : sub ? low : high;
  const parts = [base, sub, sup].filter((part) => part !== undefined).map((part) => one(part, display));
  return `<${name}>${parts.join("")}</${name}>`;
}

/** Exactly one element, as the children of fractions and scripts must be. */
function one(node: MathNode, display: boolean): string {
  const text = write(node, display);
  return node.kind === "function" ? `<mrow>${text}</mrow>` : text;
}
