/** The picture's elements, the one that the text's cursor is in, and its colours. */

/** Elements of a picture by their id, in its order. */
export function byId(svg: SVGSVGElement): Map<string, SVGGraphicsElement> {
  const found = new Map<string, SVGGraphicsElement>();
  for (const element of svg.querySelectorAll<SVGGraphicsElement>("[data-id]")) {
    found.set(element.dataset["id"] ?? "", element);
  }
  return found;
}

/** Show which element the cursor is in. */
export function markCursor(elements: ReadonlyMap<string, SVGGraphicsElement>, id: string | undefined): void {
  for (const [each, element] of elements) {
    element.classList.toggle("mln-here", each === id);
  }
}

/** A style sheet; only such may be put in by a script here. */
export function sheet(style: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(style);
  return made;
}
