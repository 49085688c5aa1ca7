/** The live picture of a project's network: the compiler's own graph, with the problems where they belong. */
import { randomBytes } from "node:crypto";
import { dirname, isAbsolute, join } from "node:path";
import * as vscode from "vscode";
import { type Element, elementAt } from "./elements";
import type { FromPage, PageState, Placed, Theme, ToPage } from "./messages";
import { html } from "./page";
import type { Graph } from "./protocol";
import type { ServerManager } from "./server";

const VIEW = "mln.topology";

export class Topology implements vscode.WebviewPanelSerializer<PageState | undefined>, vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private uri: vscode.Uri | undefined;
  private theme: Theme = "light";
  private pinned = false;
  private asked = 0;
  private elements: Element[] = [];
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly manager: ServerManager,
  ) {
    this.subscriptions = [
      vscode.window.registerWebviewPanelSerializer(VIEW, this),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor)),
      vscode.window.onDidChangeTextEditorSelection((event) => this.cursorMoved(event.textEditor)),
      manager.onGraphChanged(({ uri }) => uri === this.uri?.toString() && void this.draw()),
      manager.onStatus((status) => status.state === "ready" && status.files === undefined && void this.draw()),
    ];
  }

  /** The file whose network is shown. */
  get shown(): vscode.Uri | undefined {
    return this.panel && this.uri;
  }

  /** Show the network of a project beside its text. */
  async show(uri: vscode.Uri): Promise<void> {
    this.uri = uri;
    if (this.panel) {
      this.panel.reveal(undefined, true);
      await this.draw();
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel(VIEW, "Topology", place, { enableScripts: true }));
  }

  /** After a reload of the window, VS Code hands the panel back. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: PageState | undefined): Promise<void> {
    const active = vscode.window.activeTextEditor?.document;
    this.uri = state?.uri ? vscode.Uri.parse(state.uri) : active?.languageId === "mln" ? active.uri : undefined;
    this.pinned = state?.pinned ?? false;
    this.adopt(panel);
  }

  dispose(): void {
    this.panel?.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  // ------------------------------------------------------------ the panel
  private adopt(panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    const resources = ["dist", "media"].map((name) => vscode.Uri.joinPath(this.context.extensionUri, name));
    const [dist, media] = resources as [vscode.Uri, vscode.Uri];
    webview.options = { enableScripts: true, localResourceRoots: resources };
    panel.iconPath = vscode.Uri.joinPath(media, "file-light.svg");
    webview.onDidReceiveMessage((message: FromPage) => this.said(message));
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    this.panel?.dispose();
    this.panel = panel;
    webview.html = html({
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, "topology.js")).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(media, "topology.css")).toString(),
      source: webview.cspSource,
      nonce: randomBytes(18).toString("base64url"),
    });
  }

  private send(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  private said(message: FromPage): void {
    switch (message.type) {
      case "ready":
        this.send({ type: "pinned", pinned: this.pinned });
        this.theme = message.theme;
        void this.draw();
        break;
      case "theme":
        this.theme = message.theme;
        void this.draw();
        break;
      case "elements":
        void this.place(message.elements);
        break;
      case "open":
        void this.open(message);
        break;
      case "pin":
        this.pinned = message.pinned;
        this.follow(vscode.window.activeTextEditor);
        break;
      case "export":
        void vscode.commands.executeCommand("mln.topology.export");
        break;
    }
  }

  // ------------------------------------------------------------ the picture
  /** Ask for the picture; the answer to an older question is dropped. */
  private async draw(): Promise<void> {
    const uri = this.uri;
    if (!this.panel || !uri) {
      return;
    }
    const question = ++this.asked;
    try {
      const graph = await this.manager.call<Graph>("mln.graph", {
        uri: uri.toString(),
        format: "svg",
        theme: this.theme,
      });
      if (question === this.asked) {
        this.panel.title = `Topology: ${graph.title}`;
        this.send({ type: "graph", svg: graph.text, title: graph.title, uri: uri.toString() });
      }
    } catch (error) {
      if (question === this.asked) {
        this.send({ type: "failed", message: error instanceof Error ? error.message : String(error) });
      }
    }
  }

  /** The page names what it shows; the outlines of the files say which lines each thing stands for. */
  private async place(placed: readonly Placed[]): Promise<void> {
    const question = this.asked;
    const files = [...new Set(placed.map((element) => element.file))];
    const outlines = new Map(await Promise.all(files.map(async (file) => [file, await outline(this.resolve(file))] as const)));
    if (question !== this.asked) {
      return;
    }
    this.elements = placed.map((element) => {
      const block = outlines.get(element.file)?.get(element.line - 1);
      return {
        id: element.id,
        file: this.resolve(element.file).toString(),
        line: element.line,
        lastLine: block === undefined ? element.line : block + 1,
      };
    });
    if (vscode.window.activeTextEditor) {
      this.cursorMoved(vscode.window.activeTextEditor);
    }
  }

  private cursorMoved(editor: vscode.TextEditor): void {
    if (this.panel && editor.document.languageId === "mln") {
      const line = editor.selection.active.line + 1;
      this.send({ type: "cursor", id: elementAt(this.elements, editor.document.uri.toString(), line)?.id });
    }
  }

  private follow(editor: vscode.TextEditor | undefined): void {
    const uri = editor?.document.languageId === "mln" ? editor.document.uri : undefined;
    if (this.panel && uri && !this.pinned && uri.toString() !== this.uri?.toString()) {
      this.uri = uri;
      void this.draw();
    }
  }

  private async open({ file, line, column }: { file: string; line: number; column: number }): Promise<void> {
    const uri = this.resolve(file);
    const there = vscode.window.visibleTextEditors.find((each) => each.document.uri.toString() === uri.toString());
    const viewColumn = there?.viewColumn ?? this.otherColumn();
    const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn, selection: new vscode.Range(at, at) });
  }

  private otherColumn(): vscode.ViewColumn {
    return this.panel?.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
  }

  /** A file as the graph names it: a path, perhaps relative to the project, or a URI. */
  private resolve(file: string): vscode.Uri {
    if (/^[a-z][\w+.-]+:/i.test(file) && !/^[a-z]:[\\/]/i.test(file)) {
      return vscode.Uri.parse(file);
    }
    return vscode.Uri.file(isAbsolute(file) ? file : join(dirname(this.uri?.fsPath ?? ""), file));
  }
}

/** First line → last line of every block of a file, from 0. */
async function outline(uri: vscode.Uri): Promise<Map<number, number>> {
  const lines = new Map<number, number>();
  const add = (symbols: readonly vscode.DocumentSymbol[]): void => {
    for (const symbol of symbols) {
      const { start, end } = symbol.range;
      lines.set(start.line, Math.max(end.line, lines.get(start.line) ?? 0));
      add(symbol.children);
    }
  };
  try {
    await vscode.workspace.openTextDocument(uri);
    add((await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>("vscode.executeDocumentSymbolProvider", uri)) ?? []);
  } catch {
    // A file that can't be read has no blocks; the element then stands for its one line.
  }
  return lines;
}
