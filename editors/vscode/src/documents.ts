/** Documents that only the server has: files that a back end would write. They follow the project. */
import * as vscode from "vscode";
import type { Artefact } from "./protocol";
import type { ServerManager } from "./server";

const ARTEFACT = "mln-artefact";

/** What a document's URI carries: the project's file, and what of it is shown. */
interface Query {
  readonly uri: string;
  readonly path: string;
}

export class ServerDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly change = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.change.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly manager: ServerManager) {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(ARTEFACT, this),
      manager.onStatus((status) => status.state === "ready" && this.renew()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(this.change, ...this.subscriptions).dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const query = JSON.parse(uri.query) as Query;
    return (await this.manager.call<Artefact>("mln.showArtefact", query)).text;
  }

  /** Show a file that a back end would write. */
  async showArtefact(project: vscode.Uri, path: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(made({ uri: project.toString(), path }));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    const { languageId } = await this.manager.call<Artefact>("mln.showArtefact", { uri: project.toString(), path });
    if (languageId && (await vscode.languages.getLanguages()).includes(languageId)) {
      await vscode.languages.setTextDocumentLanguage(document, languageId);
    }
  }

  private renew(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === ARTEFACT) {
        this.change.fire(document.uri);
      }
    }
  }
}

function made(query: Query): vscode.Uri {
  return vscode.Uri.from({ scheme: ARTEFACT, path: `/${query.path}`, query: JSON.stringify(query) });
}
