type Child = Node | string;

/**
 * An element with attributes and children. Strings become text nodes, so that names from data are never markup.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The element of the page with an id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * A place to drop files onto, with a button that opens the browser's file dialog; also takes files from the clipboard that are pasted
 * anywhere in the page.
 */
export function dropZone(options: {
  readonly id: string;
  readonly label: string;
  readonly accept: string;
  readonly multiple: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}): HTMLElement {
  const { id, label, accept, multiple, onFiles } = options;
  const input = element("input", { type: "file", id, accept, ...(multiple && { multiple: "" }) });
  const zone = element("div", { class: "drop" }, element("label", { for: id }, label), input);
  const take = (list: FileList | null | undefined): boolean => {
    const files = [...(list ?? [])];
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
    return files.length > 0;
  };
  input.addEventListener("change", () => {
    take(input.files);
    input.value = ""; // so that the same file can be chosen again
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer?.files);
  });
  document.addEventListener("paste", (event) => {
    if (take(event.clipboardData?.files)) event.preventDefault();
  });
  return zone;
}

/** One line with an error, or nothing. */
export function errorLine(): { readonly line: HTMLElement; show(error: unknown): void; clear(): void } {
  const line = element("p", { class: "error", role: "alert", hidden: "" });
  return {
    line,
    show(error) {
      line.textContent = error instanceof Error ? error.message : String(error);
      line.hidden = false;
    },
    clear() {
      line.textContent = "";
      line.hidden = true;
    },
  };
}
