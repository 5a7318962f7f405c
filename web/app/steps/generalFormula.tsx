import { mathToMathml } from "handgrad/report";
import { useEffect, useRef } from "preact/hooks";
import { MathText } from "./formula.tsx";

/** A formula in LaTeX; where a part is wider than the page, its letters become smaller. */
export function GeneralFormula({ latex }: { readonly latex: string }) {
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const fit = () => {
      for (const part of element.querySelectorAll<HTMLElement>(".math")) {
        part.style.fontSize = "";
        const ratio = element.clientWidth / part.scrollWidth;
        if (ratio < 1) part.style.fontSize = `${Math.floor(100 * ratio) - 1}%`;
      }
    };
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [latex]);
  return (
    <p class="general" ref={place}>
      {latex.split(/\\qquad/).map((part) => (
        <MathText key={part} html={mathToMathml(part, true)} />
      ))}
    </p>
  );
}
