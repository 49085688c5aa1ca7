/**
 * Where the language server is: the setting, the workspace's .venv, the PATH, then the copy that comes with the
 * extension. Knows nothing of VS Code; what is outside is handed in.
 */
import { posix, win32 } from "node:path";

/** A program and the arguments that come before all others. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

export type Source = "setting" | "workspace" | "path" | "bundled";

export interface Server extends Program {
  readonly source: Source;
  /** As it says itself: `0.1.0`. */
  readonly version: string;
  /** The compiler of the same installation, for tasks. */
  readonly mlnc: Program | undefined;
}

/** A place that was looked at, and why it gave no server. */
export interface Miss {
  readonly place: string;
  readonly reason: string;
}

export interface Search {
  /** `mln.server.path` and `mln.server.python` with variables replaced; empty: not set. */
  readonly path: string;
  readonly python: string;
  /** Root directories of the workspace's folders. */
  readonly folders: readonly string[];
  readonly trusted: boolean;
  /** Where the extension's own copy lies. */
  readonly bundle: string;
}

/** What is asked of the outside. `run` gives the standard output, or throws with a reason. */
export interface Outside {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  isFile(path: string): Promise<boolean>;
  run(command: string, args: readonly string[]): Promise<string>;
}

export interface Result {
  readonly server: Server | undefined;
  readonly misses: readonly Miss[];
}

export const OLDEST_PYTHON: readonly [number, number] = [3, 11];
/** Nothing of the user's or the system's packages gets into the extension's own copy. */
export const ISOLATED: readonly string[] = ["-I", "-S"];
const PYTHONS = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const ASK_VERSION = [...ISOLATED, "-c", "import sys; print(*sys.version_info[:2])"];

/** Look in all places in their order; a setting that leads nowhere is an error, not a reason to look further. */
export async function findServer(search: Search, outside: Outside): Promise<Result> {
  const misses: Miss[] = [];
  if (search.path) {
    return { server: await installed(search.path, "setting", "mln.server.path", outside, misses), misses };
  }
  const server =
    (await inWorkspace(search, outside, misses)) ??
    (await onPath(outside, misses)) ??
    (await bundled(search, outside, misses));
  return { server, misses };
}

/** What was looked at and found missing, a line each. */
export function explain(misses: readonly Miss[]): string {
  return misses.map((miss) => `${miss.place}: ${miss.reason}`).join("\n");
}

async function inWorkspace(search: Search, outside: Outside, misses: Miss[]): Promise<Server | undefined> {
  const { join } = paths(outside);
  const bin = outside.platform === "win32" ? "Scripts" : "bin";
  for (const folder of search.folders) {
    const path = join(folder, ".venv", bin, executable("mln-lsp", outside));
    if (!search.trusted) {
      misses.push({ place: path, reason: "not looked at: the workspace is not trusted" });
      continue;
    }
    const server = await installed(path, "workspace", path, outside, misses);
    if (server) {
      return server;
    }
  }
  return undefined;
}

async function onPath(outside: Outside, misses: Miss[]): Promise<Server | undefined> {
  const path = await which("mln-lsp", outside);
  if (path) {
    return installed(path, "path", path, outside, misses);
  }
  misses.push({ place: "PATH", reason: "no mln-lsp" });
  return undefined;
}

/** A server that somebody has installed; it must say who it is. */
async function installed(
  path: string,
  source: Source,
  place: string,
  outside: Outside,
  misses: Miss[],
): Promise<Server | undefined> {
  if (!(await outside.isFile(path))) {
    misses.push({ place, reason: place === path ? "no such file" : `there is no file ${path}` });
    return undefined;
  }
  const version = await versionOf({ command: path, args: [] }, place, outside, misses);
  if (version === undefined) {
    return undefined;
  }
  const sibling = paths(outside).join(paths(outside).dirname(path), executable("mlnc", outside));
  const mlnc = (await outside.isFile(sibling)) ? sibling : await which("mlnc", outside);
  return { command: path, args: [], source, version, mlnc: mlnc ? { command: mlnc, args: [] } : undefined };
}

async function bundled(search: Search, outside: Outside, misses: Miss[]): Promise<Server | undefined> {
  const launcher = paths(outside).join(search.bundle, "run.py");
  const place = "the extension's own copy";
  if (!(await outside.isFile(launcher))) {
    misses.push({ place, reason: `there is no file ${launcher}` });
    return undefined;
  }
  const python = await findPython(search.python, outside, misses);
  if (!python) {
    return undefined;
  }
  const args = [...ISOLATED, launcher];
  const version = await versionOf({ command: python, args: [...args, "mln-lsp"] }, place, outside, misses);
  if (version === undefined) {
    return undefined;
  }
  const mlnc = { command: python, args: [...args, "mlnc"] };
  return { command: python, args: [...args, "mln-lsp"], source: "bundled", version, mlnc };
}

/** A Python that is new enough: the one of the setting, else the first on the PATH. */
async function findPython(setting: string, outside: Outside, misses: Miss[]): Promise<string | undefined> {
  const [major, minor] = OLDEST_PYTHON;
  const wanted = `${major}.${minor}`;
  const candidates = setting ? [setting] : await Promise.all(PYTHONS.map((name) => which(name, outside)));
  const seen = new Set<string>();
  for (const path of candidates) {
    if (!path || seen.has(path)) {
      continue;
    }
    seen.add(path);
    try {
      const said = (await outside.run(path, ASK_VERSION)).trim();
      const [hisMajor = 0, hisMinor = 0] = said.split(/\s+/).map(Number);
      if (hisMajor > major || (hisMajor === major && hisMinor >= minor)) {
        return path;
      }
      misses.push({ place: path, reason: `is Python ${hisMajor}.${hisMinor}; ${wanted} or newer is needed` });
    } catch (error) {
      misses.push({ place: path, reason: reasonOf(error) });
    }
  }
  if (seen.size === 0) {
    misses.push({ place: "PATH", reason: `no python3; the extension's own copy of the server needs Python ${wanted}` });
  }
  return undefined;
}

async function versionOf(
  program: Program,
  place: string,
  outside: Outside,
  misses: Miss[],
): Promise<string | undefined> {
  try {
    const said = (await outside.run(program.command, [...program.args, "--version"])).trim();
    const version = /^mln-lsp (\S+)/.exec(said)?.[1];
    if (version) {
      return version;
    }
    misses.push({ place, reason: "does not say that it is mln-lsp" });
  } catch (error) {
    misses.push({ place, reason: `does not run: ${reasonOf(error)}` });
  }
  return undefined;
}

/** A program on the PATH. Entries that are no absolute paths would be of the workspace, and do not count. */
async function which(name: string, outside: Outside): Promise<string | undefined> {
  const { delimiter, isAbsolute, join } = paths(outside);
  const directories = (outside.environment["PATH"] ?? outside.environment["Path"] ?? "").split(delimiter);
  for (const directory of directories.filter((each) => isAbsolute(each))) {
    const path = join(directory, executable(name, outside));
    if (await outside.isFile(path)) {
      return path;
    }
  }
  return undefined;
}

function paths(outside: Outside): typeof posix {
  return outside.platform === "win32" ? win32 : posix;
}

function executable(name: string, outside: Outside): string {
  return outside.platform === "win32" ? `${name}.exe` : name;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
