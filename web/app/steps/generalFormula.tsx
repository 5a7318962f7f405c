import { useEffect, useRef } from "preact/hooks";
import { MathText } from "./formula.tsx";

/** A formula in MathML; parts that are wider than the page get smaller letters. */
export function GeneralFormula({ parts }: { readonly parts: readonly string[] }) {
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
  }, [parts]);
  return (
    <p class="general" ref={place}>
      {parts.map((part) => (
        <MathText key={part} html={part} />
      ))}
    </p>
  );
}
