/** A resolved host as a page: every value, and links to the lines that set it. It follows the project. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { linked } from "./links";
import type { ResolvedHost } from "./protocol";
import type { ServerManager } from "./server";

const OPEN = "mln.place.open";
const STYLE = `
  body { line-height: 1.5; padding: 0 16px; }
  table { border-collapse: collapse; }
  th, td { text-align: left; padding: 3px 12px 3px 0; border-bottom: 1px solid var(--vscode-panel-border); vertical-align: top; }
`;

interface Shown {
  readonly panel: vscode.WebviewPanel;
  readonly uri: vscode.Uri;
  readonly host: string;
}

export class HostPages implements vscode.Disposable {
  private readonly pages = new Map<string, Shown>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly manager: ServerManager) {
    this.subscriptions = [
      vscode.commands.registerCommand(OPEN, open),
      manager.onStatus(({ state }) => {
        if (state === "ready") {
          this.pages.forEach((page) => void this.fill(page).catch(() => undefined)); // the old page is better than none
        }
      }),
    ];
  }

  dispose(): void {
    this.pages.forEach(({ panel }) => panel.dispose());
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Show a host of a project beside its text. */
  async show(uri: vscode.Uri, host: string): Promise<void> {
    const key = `${host} ${uri.toString()}`;
    const old = this.pages.get(key);
    if (old) {
      old.panel.reveal(undefined, true);
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("mln.host", host, place, { enableCommandUris: [OPEN], localResourceRoots: [] });
    const page = { panel, uri, host };
    this.pages.set(key, page);
    panel.onDidDispose(() => this.pages.delete(key));
    await this.fill(page);
  }

  private async fill({ panel, uri, host }: Shown): Promise<void> {
    const { markdown } = await this.manager.call<ResolvedHost>("mln.showHost", { uri: uri.toString(), host });
    const body = await vscode.commands.executeCommand<string>("markdown.api.render", linked(markdown, OPEN));
    const nonce = randomBytes(18).toString("base64url");
    panel.webview.html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<style nonce="${nonce}">${STYLE}</style>
<title>Host</title>
</head>
<body>
${body}
</body>
</html>
`;
  }
}

async function open(uri: string, line: number, column: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const target = vscode.Uri.parse(uri);
  const there = vscode.window.visibleTextEditors.find((each) => each.document.uri.toString() === target.toString());
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(target), {
    viewColumn: there?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(at, at),
  });
}
