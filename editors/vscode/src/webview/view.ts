/** What part of the picture is seen: pan and zoom, by the picture's viewBox. */

export type Box = readonly [x: number, y: number, width: number, height: number];

const MOST = 8;

export class View {
  private whole: Box = [0, 0, 1, 1];
  private box: Box = [0, 0, 1, 1];
  private svg: SVGSVGElement | undefined;

  constructor(private readonly moved: (box: Box | undefined) => void) {}

  /** Show a new picture; `box` is what was seen before, undefined for all of it. */
  take(svg: SVGSVGElement, box: Box | undefined): void {
    this.svg = svg;
    this.whole = boxOf(svg);
    svg.setAttribute("width", "100%");
    svg.setAttribute("height", "100%");
    svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
    this.set(box ?? this.whole);
  }

  fit(): void {
    this.set(this.whole);
    this.moved(undefined);
  }

  /** Zoom by a factor; what is at the point of the window stays there. */
  zoom(factor: number, clientX?: number, clientY?: number): void {
    const [x, y, width, height] = this.box;
    const wanted = Math.min(Math.max(width / factor, this.whole[2] / MOST), this.whole[2] * MOST);
    const scale = wanted / width;
    const [atX, atY] = this.point(clientX, clientY) ?? [x + width / 2, y + height / 2];
    this.set([atX - (atX - x) * scale, atY - (atY - y) * scale, width * scale, height * scale]);
    this.moved(this.box);
  }

  /** Move by pixels of the window. */
  pan(dx: number, dy: number): void {
    const scale = this.svg?.getScreenCTM()?.a ?? 1;
    const [x, y, width, height] = this.box;
    this.set([x - dx / scale, y - dy / scale, width, height]);
    this.moved(this.box);
  }

  private set(box: Box): void {
    this.box = box;
    this.svg?.setAttribute("viewBox", box.join(" "));
  }

  private point(clientX: number | undefined, clientY: number | undefined): [number, number] | undefined {
    const matrix = this.svg?.getScreenCTM();
    if (!matrix || clientX === undefined || clientY === undefined) {
      return undefined;
    }
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
    return [x, y];
  }
}

function boxOf(svg: SVGSVGElement): Box {
  const numbers = (svg.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  if (numbers.length === 4 && numbers.every(Number.isFinite) && (numbers[2] ?? 0) > 0) {
    return numbers as unknown as Box;
  }
  const size = (name: string): number => parseFloat(svg.getAttribute(name) ?? "") || 100;
  return [0, 0, size("width"), size("height")];
}
