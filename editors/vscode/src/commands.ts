/** The commands of the palette. Their names differ from the server's own, which the client registers by itself. */
import * as vscode from "vscode";
import type { ServerDocuments } from "./documents";
import type { HostPages } from "./hostPage";
import { type ArtefactList, type Checked, type Compiled, type Graph, type GraphFormat, type ResolvedHost, summary } from "./protocol";
import type { ServerManager } from "./server";
import { expand } from "./settings";
import type { Topology } from "./topology";

const EXAMPLE = `# One line a fact, a block a machine. Save it as hello.mln.
global { project hello }

superclass common {
    kvm
    template debian-12.qcow2
    memory 512M
    network eth0 {
        switch lan
        netmask 255.255.255.0
    }
}

host web {
    superclass common
    memory 1G
    network eth0 { address 10.0.0.2 }
}

host db {
    superclass common
    network eth0 { address 10.0.0.3 }
}

switch lan { }
`;
const FORMATS: { label: string; format: GraphFormat; language: string }[] = [
  { label: "SVG", format: "svg", language: "xml" },
  { label: "Graphviz", format: "dot", language: "dot" },
  { label: "Mermaid", format: "mermaid", language: "mermaid" },
  { label: "JSON", format: "json", language: "json" },
];

export interface Parts {
  readonly manager: ServerManager;
  readonly documents: ServerDocuments;
  readonly hosts: HostPages;
  readonly topology: Topology;
  readonly log: vscode.LogOutputChannel;
}

/** Register all commands. */
export function registerCommands(parts: Parts): vscode.Disposable {
  const { manager, topology, log } = parts;
  const commands: Record<string, (uri?: vscode.Uri) => unknown> = {
    "mln.topology.show": (uri) => topology.show(uri ?? activeProject()),
    "mln.topology.export": () => exportTopology(parts),
    "mln.host.show": () => showHost(parts),
    "mln.artefact.show": () => showArtefact(parts, activeProject()),
    "mln.project.compile": (uri) => compile(parts, uri ?? activeProject()),
    "mln.workspace.check": () => checkWorkspace(parts),
    "mln.project.new": () => newProject(),
    "mln.server.restart": () => manager.restart(),
    "mln.server.log": () => log.show(),
    "mln.actions": () => actions(),
  };
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(name, async (argument: unknown) => {
      try {
        await run(argument instanceof vscode.Uri ? argument : undefined);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.error(`${name}: ${message}`);
        void vscode.window.showErrorMessage(`MLN: ${message}`);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** The MLN file that is being edited, or else one that can be seen. */
export function activeProject(): vscode.Uri {
  const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
  const document = editors.find((editor) => editor?.document.languageId === "mln")?.document;
  if (!document) {
    throw new Error("open an MLN file first");
  }
  return document.uri;
}

async function showHost({ manager, hosts }: Parts): Promise<void> {
  const uri = activeProject();
  const line = await lineInHost(uri);
  const host =
    line === undefined
      ? await pickHost(manager, uri)
      : (await manager.call<ResolvedHost>("mln.showHost", { uri: uri.toString(), line })).host;
  if (host) {
    await hosts.show(uri, host);
  }
}

/** The cursor's line, from 0, if it is inside a host. */
async function lineInHost(uri: vscode.Uri): Promise<number | undefined> {
  const editor = vscode.window.visibleTextEditors.find((each) => each.document.uri.toString() === uri.toString());
  const position = editor?.selection.active;
  const command = "vscode.executeDocumentSymbolProvider";
  const symbols = (await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(command, uri)) ?? [];
  const inside = symbols.some((symbol) => symbol.detail === "host" && position && symbol.range.contains(position));
  return inside ? position?.line : undefined;
}

/** Let the user choose among the hosts of the project's picture, made ones and included ones too. */
async function pickHost(manager: ServerManager, uri: vscode.Uri): Promise<string | undefined> {
  const graph = await manager.call<Graph>("mln.graph", { uri: uri.toString(), format: "json" });
  const { nodes } = JSON.parse(graph.text) as { nodes: { kind: string; name?: string; label?: string }[] };
  const names = nodes.filter((node) => node.kind === "host").map((node) => node.name ?? node.label ?? "");
  if (names.length === 0) {
    throw new Error("the project has no hosts");
  }
  return vscode.window.showQuickPick(names, { placeHolder: "Which host?" });
}

async function showArtefact({ manager, documents }: Parts, uri: vscode.Uri): Promise<void> {
  const { files } = await manager.call<ArtefactList>("mln.showArtefact", { uri: uri.toString() });
  const path = await vscode.window.showQuickPick([...files], { placeHolder: "Which file?" });
  if (path) {
    await documents.showArtefact(uri, path);
  }
}

async function compile(parts: Parts, uri: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new Error("nothing is compiled in a workspace that is not trusted");
  }
  await (await vscode.workspace.openTextDocument(uri)).save();
  const output = vscode.workspace.getConfiguration("mln", uri).get<string>("compile.output", "");
  const { written, problems } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: "MLN: compiling" },
    () =>
      parts.manager.call<Compiled>("mln.compile", {
        uri: uri.toString(),
        ...(output ? { output: expand(output, uri) } : {}),
      }),
  );
  if (written.length === 0) {
    throw new Error(problems ? `nothing was written: ${problems} problems` : "nothing was written");
  }
  const view = "View a File…";
  const told = `MLN: ${written.length} files written${problems ? `, ${problems} problems` : ""}`;
  if ((await vscode.window.showInformationMessage(told, view)) === view) {
    await viewWritten(written);
  }
}

async function viewWritten(written: readonly string[]): Promise<void> {
  const path = await vscode.window.showQuickPick([...written], { placeHolder: "Which file?" });
  if (path) {
    await vscode.window.showTextDocument(vscode.Uri.file(path));
  }
}

async function checkWorkspace({ manager }: Parts): Promise<void> {
  const checked = await manager.call<Checked>("mln.checkWorkspace", {});
  const show = "Show Problems";
  const told = `MLN: ${checked.files} files, ${summary(checked)}`;
  const offered = checked.errors + checked.warnings + checked.notes > 0 ? [show] : [];
  if ((await vscode.window.showInformationMessage(told, ...offered)) === show) {
    await vscode.commands.executeCommand("workbench.panel.markers.view.focus");
  }
}

async function exportTopology({ manager, topology }: Parts): Promise<void> {
  const uri = topology.shown ?? activeProject();
  const choice = await vscode.window.showQuickPick(FORMATS, { placeHolder: "Which form?" });
  if (!choice) {
    return;
  }
  const graph = await manager.call<Graph>("mln.graph", { uri: uri.toString(), format: choice.format, theme: "light" });
  const known = (await vscode.languages.getLanguages()).includes(choice.language);
  const document = await vscode.workspace.openTextDocument({
    content: graph.text,
    ...(known ? { language: choice.language } : {}),
  });
  await vscode.window.showTextDocument(document);
}

async function newProject(): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "mln", content: EXAMPLE }));
}

async function actions(): Promise<void> {
  const offered = [
    { label: "$(type-hierarchy) Show Topology", command: "mln.topology.show" },
    { label: "$(vm) Show Resolved Host", command: "mln.host.show" },
    { label: "$(output) Show What a Back End Writes…", command: "mln.artefact.show" },
    ...(vscode.workspace.isTrusted ? [{ label: "$(play) Compile", command: "mln.project.compile" }] : []),
    { label: "$(checklist) Check Workspace", command: "mln.workspace.check" },
    { label: "$(debug-restart) Restart Server", command: "mln.server.restart" },
    { label: "$(output-view-icon) Show Server Log", command: "mln.server.log" },
  ];
  const choice = await vscode.window.showQuickPick(offered, { placeHolder: "MLN" });
  if (choice) {
    await vscode.commands.executeCommand(choice.command);
  }
}
