/** The topology's page: shows the picture, lets it be moved, and tells the extension what was clicked. */
import type { FromPage, PageState, Placed, Theme, ToPage } from "../messages";
import { byId, markCursor, sheet } from "./marks";
import { sanitised } from "./sanitise";
import { type Box, View } from "./view";

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
};

const STEP = 40;
const ZOOM = 1.2;
/** A press that moves further than this is a drag, not a click. */
const STILL = 4;
/** Over the picture's own style: VS Code's colours and font, and what can be clicked. */
const STYLE = `
  svg { display: block; }
  .mln { font-family: var(--vscode-font-family); }
  .page { fill: var(--vscode-editor-background); }
  [data-line] { cursor: pointer; }
  [data-line]:hover > .box { filter: brightness(0.96); }
  [data-line]:focus-visible { outline: 2px solid var(--vscode-focusBorder); outline-offset: 2px; }
  .mln-here > .box { stroke: var(--vscode-focusBorder); stroke-width: 2; }
`;

const vscode = acquireVsCodeApi();
let state: PageState = vscode.getState() ?? {};
let elements: ReturnType<typeof byId> = new Map();
let cursor: string | undefined;

const picture = at("picture");
const shadow = picture.attachShadow({ mode: "open" });
const view = new View((viewBox) => {
  const { viewBox: _, ...others } = state;
  keep(viewBox ? { ...others, viewBox } : others);
});

function at(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

function keep(changed: PageState): void {
  state = changed;
  vscode.setState(state);
}

function theme(): Theme {
  const { classList } = document.body;
  const light = classList.contains("vscode-light") || classList.contains("vscode-high-contrast-light");
  return light ? "light" : "dark";
}

// ---------------------------------------------------------------- what the extension says
window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  switch (data.type) {
    case "graph":
      show(data.svg, data.title, data.uri);
      break;
    case "cursor":
      cursor = data.id;
      markCursor(elements, cursor);
      break;
    case "pinned":
      pin(data.pinned);
      break;
    case "failed":
      say(data.message);
      break;
  }
});

function show(text: string, title: string, uri: string): void {
  const clean = sanitised(text);
  if (!clean) {
    say("the server's picture can't be read");
    return;
  }
  say("");
  at("title").textContent = title;
  const { svg } = clean;
  shadow.adoptedStyleSheets = [sheet(clean.style), sheet(STYLE)];
  shadow.replaceChildren(svg);
  const same = state.uri === uri;
  view.take(svg, same ? (state.viewBox as Box | undefined) : undefined);
  const { viewBox, ...others } = state;
  keep({ ...others, uri, ...(same && viewBox ? { viewBox } : {}) });
  elements = byId(svg);
  vscode.postMessage({ type: "elements", elements: reachable() });
  markCursor(elements, cursor);
}

/** Make what stands for lines of the text reachable by Tab, and say where it stands. */
function reachable(): Placed[] {
  const placed: Placed[] = [];
  for (const [id, element] of elements) {
    const { file, line, column } = element.dataset;
    if (file && line) {
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
      placed.push({ id, file, line: Number(line), column: Number(column ?? 1) });
    }
  }
  return placed;
}

function say(message: string): void {
  at("message").textContent = message;
  at("message").hidden = !message;
}

function pin(pinned: boolean): void {
  at("pin").setAttribute("aria-pressed", String(pinned));
  keep({ ...state, pinned });
}

// ---------------------------------------------------------------- what the user does
function open(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target.closest<SVGElement>("[data-file][data-line]") : null;
  const { file, line, column } = element?.dataset ?? {};
  if (!file || !line) {
    return false;
  }
  vscode.postMessage({ type: "open", file, line: Number(line), column: Number(column ?? 1) });
  return true;
}

let press: { x: number; y: number; dragged: boolean } | undefined;
picture.addEventListener("pointerdown", (event) => {
  press = { x: event.clientX, y: event.clientY, dragged: false };
});
window.addEventListener("pointermove", (event) => {
  if (!press || (!press.dragged && Math.hypot(event.clientX - press.x, event.clientY - press.y) < STILL)) {
    return;
  }
  view.pan(event.clientX - press.x, event.clientY - press.y);
  press = { x: event.clientX, y: event.clientY, dragged: true };
});
window.addEventListener("pointerup", (event) => {
  const clicked = press && !press.dragged;
  press = undefined;
  if (clicked && event.button === 0) {
    open(event.composedPath()[0] ?? null);
  }
});
picture.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    view.zoom(ZOOM ** (-event.deltaY / 100), event.clientX, event.clientY);
  },
  { passive: false },
);
const KEYS: Record<string, () => void> = {
  ArrowLeft: () => view.pan(STEP, 0),
  ArrowRight: () => view.pan(-STEP, 0),
  ArrowUp: () => view.pan(0, STEP),
  ArrowDown: () => view.pan(0, -STEP),
  "+": () => view.zoom(ZOOM),
  "=": () => view.zoom(ZOOM),
  "-": () => view.zoom(1 / ZOOM),
  "0": () => view.fit(),
};
picture.addEventListener("keydown", (event) => {
  const key = KEYS[event.key];
  const opens = (event.key === "Enter" || event.key === " ") && open(event.composedPath()[0] ?? null);
  if (opens || (key && !event.ctrlKey && !event.metaKey && !event.altKey)) {
    event.preventDefault();
    key?.();
  }
});
at("in").addEventListener("click", () => view.zoom(ZOOM));
at("out").addEventListener("click", () => view.zoom(1 / ZOOM));
at("fit").addEventListener("click", () => view.fit());
at("export").addEventListener("click", () => vscode.postMessage({ type: "export" }));
at("pin").addEventListener("click", () => {
  pin(at("pin").getAttribute("aria-pressed") !== "true");
  vscode.postMessage({ type: "pin", pinned: state.pinned ?? false });
});

let shownTheme = theme();
new MutationObserver(() => {
  if (theme() !== shownTheme) {
    shownTheme = theme();
    vscode.postMessage({ type: "theme", theme: shownTheme });
  }
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
vscode.postMessage({ type: "ready", theme: shownTheme });
