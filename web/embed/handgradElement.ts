/** The content of an element: it draws itself into the shadow root, again whenever an attribute changes. */
export interface Part {
  readonly styles: readonly string[];
  show(element: HTMLElement, place: HTMLElement): void;
  hide(place: HTMLElement): void;
}

/** An element of an article whose content is loaded when it comes near the window. It keeps its styles to itself. */
export abstract class HandgradElement extends HTMLElement {
  private content: Part | undefined;
  private place: HTMLElement | undefined;
  private observer: IntersectionObserver | undefined;

  protected abstract load(): Promise<{ readonly part: Part }>;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.place = root.querySelector<HTMLElement>(".embedded") ?? this.addPlace(root);
    this.observer = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.start(), {
      rootMargin: "600px",
    });
    this.observer.observe(this);
  }

  disconnectedCallback(): void {
    this.observer?.disconnect();
    if (this.place) this.content?.hide(this.place);
  }

  attributeChangedCallback(): void {
    if (this.isConnected && this.place) this.content?.show(this, this.place);
  }

  private addPlace(root: ShadowRoot): HTMLElement {
    const place = document.createElement("div");
    place.className = "embedded";
    place.textContent = "Loading…";
    root.append(place);
    return place;
  }

  private async start(): Promise<void> {
    this.observer?.disconnect();
    const { place } = this;
    if (!place) return;
    try {
      this.content ??= (await this.load()).part;
    } catch (error) {
      place.textContent = `This part could not be loaded: ${error instanceof Error ? error.message : error}. Reload the page to try again.`;
      return;
    }
    const root = this.shadowRoot as ShadowRoot;
    if (root.adoptedStyleSheets.length === 0) {
      root.adoptedStyleSheets = this.content.styles.map((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        return sheet;
      });
      place.textContent = "";
    }
    if (this.isConnected) this.content.show(this, place);
  }
}
