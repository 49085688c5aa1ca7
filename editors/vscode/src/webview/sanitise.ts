/** SVG from outside, made harmless: known elements and attributes are kept, all else is left out. */

const ELEMENTS = new Set(
  ("svg g defs symbol use marker clippath path rect circle ellipse line polyline polygon text tspan title desc " +
    "lineargradient radialgradient stop").split(" "),
);
const ATTRIBUTES = new Set(
  ("id class role d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height viewbox points transform fill fill-opacity " +
    "fill-rule stroke stroke-width stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity opacity font-family " +
    "font-size font-weight font-style text-anchor dominant-baseline alignment-baseline letter-spacing " +
    "preserveaspectratio textlength lengthadjust marker-start marker-mid marker-end markerwidth markerheight " +
    "markerunits orient refx refy offset stop-color stop-opacity gradientunits gradienttransform paint-order " +
    "clip-path pointer-events vector-effect xml:space").split(" "),
);

/** A picture and the text of its style elements. */
export interface Clean {
  readonly svg: SVGSVGElement;
  readonly style: string;
}

/** Parse a picture and take over what is known; undefined where the text is no SVG. */
export function sanitised(text: string): Clean | undefined {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (root.localName !== "svg" || parsed.querySelector("parsererror")) {
    return undefined;
  }
  const style = [...parsed.querySelectorAll("style")].map((element) => element.textContent ?? "").join("\n");
  clean(root);
  return { svg: document.importNode(root, true) as unknown as SVGSVGElement, style };
}

function clean(element: Element): void {
  for (const { name, value } of [...element.attributes]) {
    if (!harmless(name.toLowerCase(), value)) {
      element.removeAttribute(name);
    }
  }
  for (const child of [...element.children]) {
    if (ELEMENTS.has(child.localName.toLowerCase())) {
      clean(child);
    } else {
      child.remove();
    }
  }
}

function harmless(name: string, value: string): boolean {
  if (name === "href" || name === "xlink:href") {
    return value.startsWith("#");
  }
  const known = ATTRIBUTES.has(name) || name.startsWith("data-") || name.startsWith("aria-") || name.startsWith("xmlns");
  return known && !/url\(\s*["']?(?!#)/i.test(value);
}
