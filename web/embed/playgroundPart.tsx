import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uplotStyles from "uplot/dist/uPlot.min.css?inline";
import playgroundStyles from "../app/playground/playground.css?inline";
import workerUrl from "../app/playground/training/worker.ts?worker-url";
import { PlaygroundView } from "../app/playground/view.tsx";
import { schemeOfArticle } from "../app/shared/scheme.ts";
import { useDark } from "../app/steps/useDark.ts";
import { articleStyles } from "./articleStyles.ts";
import { articleWorker } from "./articleWorker.ts";
import type { Part } from "./handgradElement.ts";

/** The app is beside embed.js; this script is in a folder below. */
const appAddress = new URL(/* @vite-ignore */ "../index.html", import.meta.url).href;

/** The playground in an article: its address is an attribute, links lead to the app. */
function ArticlePlayground({ element }: { readonly element: HTMLElement }) {
  const place = useRef<HTMLDivElement>(null);
  const dark = useDark(place);
  useEffect(() => {
    schemeOfArticle.value = dark ? "dark" : "light";
  }, [dark]);
  return (
    <div ref={place}>
      <PlaygroundView
        address={element.getAttribute("address") ?? ""}
        onAddress={(address) => {
          element.dispatchEvent(new CustomEvent("handgrad-playground", { detail: { address }, bubbles: true }));
        }}
        startWorker={() => articleWorker(workerUrl)}
        link={(address) => `${appAddress}#/playground?${address}`}
        keys="inside"
        texts={element.hasAttribute("texts")}
      />
    </div>
  );
}

/** In an article, the layout depends on the width of the element, not of the window. */
const narrowStyles = playgroundStyles.replace(/@media\s*\((?=[^)]*width)/g, "@container (");

export const part: Part = {
  styles: [...articleStyles, narrowStyles, uplotStyles],
  show: (element, place) => render(<ArticlePlayground element={element} />, place),
  hide: (place) => render(null, place),
};
