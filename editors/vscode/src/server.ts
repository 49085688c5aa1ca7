/** The language server: found, started, restarted; says plainly what is missing. */
import { join } from "node:path";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  State,
  TransportKind,
} from "vscode-languageclient/node";
import { disk } from "./disk";
import { explain, findServer, type Result, type Server } from "./finding";
import type { GraphChangedParams, StatusParams } from "./protocol";
import { expand, forServer } from "./settings";

/** Settings that need another process. */
const RESTARTING = ["mln.server.path", "mln.server.python", "mln.server.args"];
/** A server that ends by itself is started again this often within the time, and then left alone. */
const MOST_RESTARTS = 3;
const RESTARTS_WITHIN_MS = 180_000;
const WORDS = { setting: "mln.server.path", workspace: "the workspace's .venv", path: "the PATH", bundled: "the extension" };

export class ServerManager implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();
  private ends: number[] = [];
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly status = new vscode.EventEmitter<StatusParams>();
  private readonly graphChanged = new vscode.EventEmitter<GraphChangedParams>();
  /** What the server says of its work. */
  readonly onStatus = this.status.event;
  /** A picture that was asked for earlier has changed. */
  readonly onGraphChanged = this.graphChanged.event;
  /** The server that runs, if one does. */
  server: Server | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscriptions.push(
      vscode.workspace.onDidChangeConfiguration((event) => this.configured(event)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.restart()),
    );
  }

  /** Start, or start anew. One start at a time; a later one waits for those before it. */
  restart(): Promise<void> {
    this.ends = [];
    this.turn = this.turn.then(() => this.stop()).then(() => this.start());
    return this.turn;
  }

  /** Have the server carry out one of its commands; rejects with a message for the user. */
  async call<T>(command: string, argument: object): Promise<T> {
    await this.turn;
    const client = this.client;
    if (!client || client.state !== State.Running) {
      throw new Error("the language server does not run; see the log of MLN");
    }
    if (!client.initializeResult?.capabilities.executeCommandProvider?.commands.includes(command)) {
      throw new Error(`mln-lsp ${this.server?.version ?? ""} does not know ${command}; a newer one is needed`);
    }
    return (await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] })) as T;
  }

  /** Places of the protocol as VS Code's own. */
  get converter(): LanguageClient["protocol2CodeConverter"] | undefined {
    return this.client?.protocol2CodeConverter;
  }

  async dispose(): Promise<void> {
    vscode.Disposable.from(...this.subscriptions).dispose();
    await this.turn;
    await this.stop();
  }

  // ------------------------------------------------------------ starting
  private async start(): Promise<void> {
    this.status.fire({ state: "starting" });
    const found = await this.find();
    this.server = found.server;
    if (!found.server) {
      this.missing(found);
      return;
    }
    const { command, args, source, version } = found.server;
    this.log.info(`mln-lsp ${version} from ${WORDS[source]}: ${[command, ...args].join(" ")}`);
    const client = this.makeClient(found.server);
    this.client = client;
    client.onNotification("mln/status", (params: StatusParams) => this.status.fire(params));
    client.onNotification("mln/graphChanged", (params: GraphChangedParams) => this.graphChanged.fire(params));
    client.onDidChangeState((event) => this.stateChanged(event.newState));
    try {
      await client.start();
    } catch (error) {
      this.failed(`mln-lsp ${version} (${command}) did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private find(): Promise<Result> {
    const settings = vscode.workspace.getConfiguration("mln");
    const setting = (name: string): string => {
      const value = settings.get<string>(name, "").trim();
      return value && expand(value);
    };
    const folders = vscode.workspace.workspaceFolders ?? [];
    return findServer(
      {
        path: setting("server.path"),
        python: setting("server.python"),
        folders: folders.filter((folder) => folder.uri.scheme === "file").map((folder) => folder.uri.fsPath),
        trusted: vscode.workspace.isTrusted,
        bundle: join(this.context.extensionPath, "bundled"),
      },
      disk,
    );
  }

  private makeClient(server: Server): LanguageClient {
    const folder = vscode.workspace.workspaceFolders?.find((each) => each.uri.scheme === "file");
    const args = [...server.args, ...vscode.workspace.getConfiguration("mln").get<string[]>("server.args", [])];
    const options = folder ? { cwd: folder.uri.fsPath } : {};
    const languages = ["mln", "mln-conf"];
    return new LanguageClient(
      "mln",
      "MLN",
      { command: server.command, args, options, transport: TransportKind.stdio },
      {
        documentSelector: languages.flatMap((language) => [
          { scheme: "file", language },
          { scheme: "untitled", language },
        ]),
        outputChannel: this.log,
        errorHandler: this.errorHandler(),
        initializationFailedHandler: () => false, // start() rejects, and that is told
        initializationOptions: { ...forServer(folder?.uri), clientCommands: ["mln.lens.references"] },
        middleware: {
          // The code lens names the server's command; the extension's own also tells what came of it.
          executeCommand: (command, args, next) =>
            command === "mln.compile"
              ? vscode.commands.executeCommand("mln.project.compile", vscode.Uri.parse((args[0] as { uri: string }).uri))
              : next(command, args),
          workspace: {
            // The server asks for `mln`; what it gets has paths made absolute, and knows of trust.
            configuration: (params) =>
              params.items.map((item) => forServer(item.scopeUri ? vscode.Uri.parse(item.scopeUri) : folder?.uri)),
          },
        },
      },
    );
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => this.log.warn(String(error)));
  }

  // ------------------------------------------------------------ what may happen
  /** One message for one failure: the client's own handler would tell of each attempt. */
  private errorHandler(): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const now = Date.now();
        this.ends = [...this.ends.filter((end) => now - end < RESTARTS_WITHIN_MS), now];
        const started = this.client?.initializeResult !== undefined;
        if (started && this.ends.length <= MOST_RESTARTS) {
          this.log.warn("the server has ended by itself; it is started again");
          return { action: CloseAction.Restart, handled: true };
        }
        if (started) {
          this.failed(`the server has ended by itself ${this.ends.length} times, and is not started again`);
        }
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  private configured(event: vscode.ConfigurationChangeEvent): void {
    if (RESTARTING.some((name) => event.affectsConfiguration(name))) {
      void this.restart();
    } else if (event.affectsConfiguration("mln") && this.client?.state === State.Running) {
      void this.client.sendNotification("workspace/didChangeConfiguration", { settings: { mln: forServer() } });
    }
  }

  private stateChanged(state: State): void {
    if (state === State.Stopped && this.client) {
      this.status.fire({ state: "failed", message: "the server does not run" });
    } else if (state === State.Running) {
      this.status.fire({ state: "ready" });
    }
  }

  private missing(found: Result): void {
    const places = explain(found.misses);
    this.log.error(`No language server was found. Looked at:\n${places}`);
    const last = found.misses.at(-1);
    this.failed(`no language server was found. ${last ? `${last.place}: ${last.reason}.` : ""}`);
  }

  private failed(message: string): void {
    this.status.fire({ state: "failed", message });
    const details = "Show Details";
    const settings = "Open Settings";
    void vscode.window.showErrorMessage(`MLN: ${message}`, details, settings).then((answer) => {
      if (answer === details) {
        this.log.show();
      } else if (answer === settings) {
        void vscode.commands.executeCommand("workbench.action.openSettings", "mln.server");
      }
    });
  }
}
