/** The code lens "n references": its places come as the protocol has them, VS Code's list wants its own. */
import * as vscode from "vscode";
import type { Location, Position } from "vscode-languageclient/node";
import type { ServerManager } from "./server";

/** Register `mln.lens.references`. */
export function registerLens(manager: ServerManager): vscode.Disposable {
  return vscode.commands.registerCommand(
    "mln.lens.references",
    (uri: string, position: Position, locations: Location[]) => {
      const converter = manager.converter;
      return (
        converter &&
        vscode.commands.executeCommand(
          "editor.action.showReferences",
          vscode.Uri.parse(uri),
          converter.asPosition(position),
          locations.map((location) => converter.asLocation(location)),
        )
      );
    },
  );
}
