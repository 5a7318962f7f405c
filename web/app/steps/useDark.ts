import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/**
 * Whether an element has a dark colour scheme, for canvases, which know no CSS. It follows the system, and the page around, which may choose by an
 * attribute or a class of its root.
 */
export function useDark(element: RefObject<HTMLElement | null>): boolean {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    const look = () => {
      if (!element.current) return;
      const probe = element.current.appendChild(document.createElement("span"));
      probe.style.color = "light-dark(rgb(1, 1, 1), rgb(2, 2, 2))";
      setDark(getComputedStyle(probe).color === "rgb(2, 2, 2)");
      probe.remove();
    };
    look();
    const query = matchMedia("(prefers-color-scheme: dark)");
    query.addEventListener("change", look);
    const observer = new MutationObserver(look);
    for (const root of [document.documentElement, document.body]) observer.observe(root, { attributes: true });
    return () => {
      query.removeEventListener("change", look);
      observer.disconnect();
    };
  }, []);
  return dark;
}
