/** What the server answers and tells beyond the protocol's own. */

export interface StatusParams {
  readonly state: "starting" | "checking" | "ready" | "failed";
  readonly files?: number;
  readonly errors?: number;
  readonly warnings?: number;
  readonly message?: string;
}

export interface GraphChangedParams {
  readonly uri: string;
  readonly version: number;
}

export type GraphFormat = "svg" | "json" | "dot" | "mermaid";

export interface Graph {
  readonly format: GraphFormat;
  readonly text: string;
  readonly title: string;
  readonly version: number;
}

export interface ResolvedHost {
  readonly host: string;
  readonly markdown: string;
  readonly json: unknown;
}

export interface ArtefactList {
  readonly files: readonly string[];
}

export interface Artefact {
  readonly path: string;
  readonly text: string;
  readonly languageId?: string;
}

export interface Compiled {
  readonly written: readonly string[];
  readonly problems: number;
}

export interface Checked {
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** `2 errors, 1 warning`; `no problems`. */
export function summary(counts: { errors?: number; warnings?: number; notes?: number }): string {
  const parts = [count(counts.errors, "error"), count(counts.warnings, "warning"), count(counts.notes, "note")];
  return parts.filter((part) => part).join(", ") || "no problems";
}

function count(number: number | undefined, word: string): string {
  return number ? `${number} ${word}${number === 1 ? "" : "s"}` : "";
}
