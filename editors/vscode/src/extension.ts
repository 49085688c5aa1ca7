/** Where VS Code enters: makes the parts and hands each what it needs. */
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { ServerDocuments } from "./documents";
import { HostPages } from "./hostPage";
import { registerLens } from "./lens";
import { ServerManager } from "./server";
import { Status } from "./status";
import { registerTasks } from "./tasks";
import { Topology } from "./topology";

let manager: ServerManager | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("MLN", { log: true });
  manager = new ServerManager(context, log);
  const status = new Status(manager);
  const documents = new ServerDocuments(manager);
  const hosts = new HostPages(manager);
  const topology = new Topology(context, manager);
  const commands = registerCommands({ manager, documents, hosts, topology, log });
  context.subscriptions.push(log, status, documents, hosts, topology, commands, registerLens(manager), registerTasks(manager));
  void vscode.commands.executeCommand("setContext", "mln.active", true);
  void manager.restart();
}

/** VS Code waits for this: the server is told to end before its process is left. */
export async function deactivate(): Promise<void> {
  await manager?.dispose();
}
