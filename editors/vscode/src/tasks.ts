/** Tasks of type `mln`: check and compile with the compiler of the same installation as the server. */
import * as vscode from "vscode";
import type { ServerManager } from "./server";

const TYPE = "mln";
const MOST_FILES = 500;

interface Definition extends vscode.TaskDefinition {
  readonly command: "check" | "compile";
  readonly files?: string[];
  readonly args?: string[];
}

/** Register the provider. */
export function registerTasks(manager: ServerManager): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    async provideTasks() {
      const made = (vscode.workspace.workspaceFolders ?? []).map((folder) => offered(manager, folder));
      return (await Promise.all(made)).flat();
    },
    async resolveTask(task) {
      const folder = typeof task.scope === "object" ? task.scope : vscode.workspace.workspaceFolders?.[0];
      return folder && makeTask(manager, folder, task.definition as Definition, task.name);
    },
  });
}

/** For each folder that has projects: check them all; check and compile the file in the editor. */
async function offered(manager: ServerManager, folder: vscode.WorkspaceFolder): Promise<vscode.Task[]> {
  const definitions: Definition[] = [];
  if ((await projects(folder, 1)).length > 0) {
    definitions.push({ type: TYPE, command: "check" });
  }
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri?.path.endsWith(".mln") && vscode.workspace.getWorkspaceFolder(uri) === folder) {
    const files = [vscode.workspace.asRelativePath(uri, false)];
    definitions.push({ type: TYPE, command: "check", files }, { type: TYPE, command: "compile", files });
  }
  const made = definitions.map(({ command, files }) =>
    makeTask(manager, folder, { type: TYPE, command, ...(files ? { files } : {}) }, title(command, files)),
  );
  return (await Promise.all(made)).filter((task) => task !== undefined);
}

async function makeTask(
  manager: ServerManager,
  folder: vscode.WorkspaceFolder,
  definition: Definition,
  name: string,
): Promise<vscode.Task | undefined> {
  const mlnc = manager.server?.mlnc;
  if (!mlnc) {
    return undefined;
  }
  const files = definition.files ?? (await projects(folder, MOST_FILES));
  const args = [...mlnc.args, definition.command, ...(definition.args ?? []), ...files];
  const execution = new vscode.ProcessExecution(mlnc.command, args, { cwd: folder.uri.fsPath, env: { NO_COLOR: "1" } });
  const task = new vscode.Task(definition, folder, name, TYPE, execution, ["$mln"]);
  task.group = vscode.TaskGroup.Build;
  return task;
}

async function projects(folder: vscode.WorkspaceFolder, most: number): Promise<string[]> {
  const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, "**/*.mln"), undefined, most);
  return found.map((uri) => vscode.workspace.asRelativePath(uri, false)).sort();
}

function title(command: string, files: string[] | undefined): string {
  return files ? `${command} ${files.join(" ")}` : `${command} all projects`;
}
