/** The settings as the server wants them: the section `mln`, and whether the workspace is trusted. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import * as vscode from "vscode";

/** Settings that are paths: relative ones are meant from the workspace's folder. */
const PATHS = ["templates", "files", "projects", "baseline"] as const;
const PATH_LISTS = ["includeDirs", "configPaths", "pluginDirs"] as const;
const PLAIN = ["backend", "strict", "select", "ignore", "semanticTokens"] as const;
const GROUPS = ["diagnostics", "inlayHints", "codeLens", "hover", "completion"] as const;

/** What goes into initializationOptions and answers workspace/configuration. */
export function forServer(scope?: vscode.Uri): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration("mln", scope ?? null);
  const trusted = vscode.workspace.isTrusted;
  const made: Record<string, unknown> = { trusted, trace: settings.get("trace.server", "off") };
  for (const name of [...PLAIN, ...GROUPS]) {
    made[name] = settings.get(name);
  }
  for (const name of PATHS) {
    const path = settings.get<string>(name);
    if (path) {
      made[name] = expand(path, scope);
    }
  }
  for (const name of PATH_LISTS) {
    const list = settings.get<string[] | null>(name);
    made[name] = list?.map((path) => expand(path, scope)) ?? null;
  }
  if (!trusted) {
    made["pluginDirs"] = [];
  }
  return made;
}

/** A path of the settings: `~` and `${workspaceFolder}` replaced, made absolute. */
export function expand(path: string, scope?: vscode.Uri): string {
  const folder = scope && vscode.workspace.getWorkspaceFolder(scope);
  const root = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? homedir();
  const plain = path.replaceAll("${workspaceFolder}", root).replace(/^~(?=$|[/\\])/, homedir());
  return isAbsolute(plain) ? plain : join(root, plain);
}
