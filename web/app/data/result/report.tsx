import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { saveFile } from "../../shared/saveFile.ts";
import { isDark } from "../../shared/scheme.ts";
import { Button } from "../../shared/ui/button.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { training } from "../../training/client.ts";

/** The report of `train`: shown in the page when it is opened, and as a file. */
export function Report({ run }: { readonly run: string }) {
  const page = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const open = useSignal(false);
  const load = async (): Promise<string | undefined> => {
    if (page.value !== undefined) return page.value;
    problem.value = undefined;
    try {
      page.value = await training.call("reportOf", { name: run });
    } catch (error) {
      problem.value = messageOf(error);
    }
    return page.value;
  };
  const toggle = () => {
    open.value = !open.value;
    if (open.value) load();
  };
  const download = async () => {
    const html = await load();
    if (html !== undefined) saveFile("report.html", html, "text/html");
  };
  return (
    <>
      <div class="row">
        <Button onClick={toggle} pressed={open.value}>
          {open.value ? "Hide the report" : "Show the whole report"}
        </Button>
        <Button onClick={download}>Download the report</Button>
      </div>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {open.value && page.value !== undefined && <Shown html={page.value} />}
    </>
  );
}

/** The report in a tree of its own, so that its style and that of the app do not mix. */
function Shown({ html }: { readonly html: string }) {
  const place = useRef<HTMLDivElement>(null);
  const dark = isDark.value;
  useEffect(() => {
    const host = place.current;
    if (!host) return;
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const style = document.createElement("style");
    style.textContent = styleFor(parsed.querySelector("style")?.textContent ?? "", dark);
    const body = document.createElement("div");
    body.className = `page ${parsed.body.className}`;
    body.append(...parsed.body.childNodes);
    for (const link of body.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) inside(link, root);
    // The page has a main part and headings of its own
    for (const main of body.querySelectorAll("main, header, footer")) replaceTag(main, "div");
    root.replaceChildren(style, body);
  }, [html, dark]);
  return <div ref={place} class="report" />;
}

/** The style sheet of a report for a part of a page, in the colours that the reader has chosen here. */
function styleFor(css: string, dark: boolean): string {
  const own = css
    .replace(/@media \(prefers-color-scheme:dark\)\{:root\{([^}]*)\}/, (_, colours: string) =>
      dark ? `@media all{:root{${colours}}` : "@media not all{:root{}",
    )
    .replaceAll(":root", ":host")
    .replace(/(^|[}\n])html\{[^}]*\}/g, "$1")
    .replace(/(^|[}\n,])body(?=[{.])/g, "$1.page");
  return `${own}\n:host{display:block;color-scheme:${dark ? "dark" : "light"}}\n.page{padding:1rem 1.2rem 2rem}\n.page.long{max-width:45rem;padding-left:1.2rem}\n.page.long nav{position:static;width:auto;max-height:none;margin:1.6rem 0}`;
}

/** A link within the report scrolls there; the address of the page names its view. */
function inside(link: HTMLAnchorElement, root: ShadowRoot): void {
  const id = link.getAttribute("href")?.slice(1) ?? "";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    root.getElementById(id)?.scrollIntoView({ block: "start" });
  });
}

function replaceTag(from: Element, tag: string): void {
  const made = document.createElement(tag);
  made.className = from.className;
  made.append(...from.childNodes);
  from.replaceWith(made);
}
