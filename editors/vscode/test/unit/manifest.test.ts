/** The manifest and the sources say the same. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { html } from "../../src/page";

interface Manifest {
  engines: { vscode: string };
  devDependencies: Record<string, string>;
  capabilities: { untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; enablement?: string }[];
    configuration: { properties: Record<string, unknown> }[];
    problemPatterns: { regexp: string }[];
    walkthroughs: { steps: { media: { markdown: string }; completionEvents: string[] }[] }[];
    grammars: { path: string }[];
    snippets: { path: string }[];
    languages: { configuration: string; icon: Record<string, string> }[];
  };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const { contributes } = manifest;
const sources = readdirSync("src").filter((name) => name.endsWith(".ts")).map((name) => readFileSync(`src/${name}`, "utf8")).join("\n");
const properties = Object.assign({}, ...contributes.configuration.map((each) => each.properties)) as Record<string, unknown>;

test("every command is registered", () => {
  for (const { command } of contributes.commands) {
    assert.ok(sources.includes(`"${command}"`), command);
  }
});

test("no command has a name of the server's, which the client registers itself", () => {
  const servers = ["showHost", "showArtefact", "graph", "compile", "checkWorkspace", "effectiveProject"];
  const own = contributes.commands.map(({ command }) => command);
  assert.deepEqual(servers.filter((name) => own.includes(`mln.${name}`)), []);
});

test("settings that name code or paths count in trusted workspaces only", () => {
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, "limited");
  assert.deepEqual(restricted.filter((name) => !(name in properties)), []);
  for (const name of ["mln.server.path", "mln.server.python", "mln.server.args", "mln.pluginDirs"]) {
    assert.ok(restricted.includes(name), name);
  }
});

test("files that the manifest names are there", () => {
  const files = [
    ...contributes.walkthroughs.flatMap((each) => each.steps.map((step) => step.media.markdown)),
    ...contributes.grammars.map((each) => each.path),
    ...contributes.snippets.map((each) => each.path),
    ...contributes.languages.flatMap((each) => [each.configuration, ...Object.values(each.icon)]),
    "media/icon.png",
  ];
  assert.deepEqual(files.filter((path) => !existsSync(path)), []);
});

test("the types are of the oldest VS Code that is promised", () => {
  assert.equal(manifest.engines.vscode, `^${manifest.devDependencies["@types/vscode"]}`);
});

test("the problem pattern reads what mlnc writes", () => {
  const pattern = new RegExp(contributes.problemPatterns[0]?.regexp ?? "");
  const line = "C:\\x\\a b.mln:5:1: error: the block `host a` is never closed [MLN101 unclosed-block]";
  assert.deepEqual(pattern.exec(line)?.slice(1), [
    "C:\\x\\a b.mln", "5", "1", "error", "the block `host a` is never closed", "MLN101",
  ]);
  assert.equal(pattern.test("   5 | host ldapclient {"), false);
  assert.equal(pattern.test("1 error"), false);
});

test("the topology's page lets in its own script and style alone", () => {
  const page = html({ script: "s.js", style: "s.css", source: "https://vscode", nonce: "N" });
  assert.match(page, /default-src 'none'; script-src 'nonce-N'; style-src https:\/\/vscode"/);
  assert.equal(page.match(/<script/g)?.length, 1);
  assert.doesNotMatch(page, / style=| on[a-z]+=|<style/);
});
