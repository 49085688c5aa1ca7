/** Files and processes, for those who look for the server. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { Outside } from "./finding";

const PATIENCE_MS = 15_000;

export const disk: Outside = {
  platform: process.platform,
  environment: process.env,

  async isFile(path) {
    try {
      await access(path, constants.X_OK).catch((error: unknown) => (path.endsWith(".py") ? undefined : Promise.reject(error)));
      return (await stat(path)).isFile();
    } catch {
      return false;
    }
  },

  run(command, args) {
    return new Promise((resolve, reject) => {
      execFile(command, [...args], { timeout: PATIENCE_MS, windowsHide: true }, (error, stdout, stderr) => {
        if (error) {
          reject(new Error(lastLine(stderr) || error.message));
        } else {
          resolve(stdout);
        }
      });
    });
  },
};

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
