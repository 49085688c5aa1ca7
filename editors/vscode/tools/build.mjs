// build.mjs [--production] [--tests]: bundle the extension and its webview into dist/, or the unit tests into out/test/.
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const production = process.argv.includes("--production");
const common = { bundle: true, minify: production, sourcemap: production ? false : "linked", logLevel: "warning" };

if (process.argv.includes("--tests")) {
  rmSync("out/test", { recursive: true, force: true });
  const entryPoints = readdirSync("test/unit").filter((name) => name.endsWith(".test.ts")).map((name) => `test/unit/${name}`);
  await build({ ...common, entryPoints, outdir: "out/test", platform: "node", target: "node18", format: "esm",
    outExtension: { ".js": ".mjs" }, sourcemap: "inline" });
} else {
  rmSync("dist", { recursive: true, force: true });
  await build({ ...common, entryPoints: ["src/extension.ts"], outdir: "dist", platform: "node", target: "node20",
    format: "cjs", external: ["vscode"] });
  await build({ ...common, entryPoints: ["src/webview/topology.ts"], outdir: "dist", platform: "browser",
    target: "es2022", format: "iife" });
}
