/** What the extension and the topology's page say to each other. */
/** An element of the picture as the page finds it in the SVG; line and column from 1. */
export interface Placed {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Theme = "light" | "dark";

export type ToPage =
  | { readonly type: "graph"; readonly svg: string; readonly title: string; readonly uri: string }
  | { readonly type: "cursor"; readonly id: string | undefined }
  | { readonly type: "pinned"; readonly pinned: boolean }
  | { readonly type: "failed"; readonly message: string };

export type FromPage =
  | { readonly type: "ready"; readonly theme: Theme }
  | { readonly type: "theme"; readonly theme: Theme }
  | { readonly type: "elements"; readonly elements: readonly Placed[] }
  | { readonly type: "open"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly type: "pin"; readonly pinned: boolean }
  | { readonly type: "export" };

/** What the page keeps over a reload of the window. */
export interface PageState {
  readonly uri?: string;
  readonly pinned?: boolean;
  readonly viewBox?: readonly [number, number, number, number];
}
