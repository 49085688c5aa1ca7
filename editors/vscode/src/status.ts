/** What the server is doing: an item in the status bar, and the language's own status. */
import * as vscode from "vscode";
import { type StatusParams, summary } from "./protocol";
import type { ServerManager } from "./server";

const LANGUAGES = [{ language: "mln" }, { language: "mln-conf" }];
const ICONS = { starting: "$(sync~spin)", checking: "$(sync~spin)", ready: "$(check)", failed: "$(error)" };

export class Status implements vscode.Disposable {
  private readonly bar = vscode.window.createStatusBarItem("mln.status", vscode.StatusBarAlignment.Left, 10);
  private readonly item = vscode.languages.createLanguageStatusItem("mln.server", LANGUAGES);
  private readonly subscriptions: vscode.Disposable[];
  private now: StatusParams = { state: "starting" };

  constructor(private readonly manager: ServerManager) {
    this.bar.name = "MLN";
    this.bar.command = "mln.actions";
    this.item.name = "MLN";
    this.item.command = { command: "mln.server.log", title: "Log" };
    this.subscriptions = [
      manager.onStatus((status) => this.update(status)),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
    ];
    this.update(this.now);
  }

  dispose(): void {
    vscode.Disposable.from(this.bar, this.item, ...this.subscriptions).dispose();
  }

  private update(status: StatusParams): void {
    // A server that only says `ready` keeps the figures of its last check.
    this.now = status.state === "ready" && status.files === undefined ? { ...this.now, state: "ready" } : status;
    const { state, files, message } = this.now;
    const words = state === "ready" && files !== undefined ? `${files} files, ${summary(this.now)}` : (message ?? state);
    const server = this.manager.server;
    this.bar.text = `${ICONS[state]} MLN`;
    this.bar.tooltip = server ? `mln-lsp ${server.version}: ${words}` : `MLN: ${words}`;
    this.bar.backgroundColor = state === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.text = words;
    this.item.detail = server ? `mln-lsp ${server.version}` : "no server";
    this.item.busy = state === "starting" || state === "checking";
    this.item.severity =
      state === "failed" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    this.show();
  }

  /** The bar's item is there beside an MLN file, and whenever something is wrong. */
  private show(): void {
    const language = vscode.window.activeTextEditor?.document.languageId ?? "";
    if (language.startsWith("mln") || this.now.state === "failed") {
      this.bar.show();
    } else {
      this.bar.hide();
    }
  }
}
