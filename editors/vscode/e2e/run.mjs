// run.mjs CACHE VSIX OUT: VS Code in headless Chromium, with the packed extension, does what a person does; what is
// seen is read from the page, and kept as pictures OUT/vscode-*.png.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [cache, vsix, out] = process.argv.slice(2).map((path) => resolve(path));
const { chromium } = createRequire(join(cache, "x"))("playwright-core");
const HERE = dirname(fileURLToPath(import.meta.url));
const PATIENCE = 60_000;
/** A workspace that nobody has trusted, without the questions. */
const NEVER_ASK = {
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.untrustedFiles": "open",
  "security.workspace.trust.banner": "never",
};
const SETTINGS = {
  "workbench.startupEditor": "none",
  "security.workspace.trust.enabled": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "extensions.autoUpdate": false,
  "telemetry.telemetryLevel": "off",
  "workbench.colorTheme": "Default Light Modern",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "editor.minimap.enabled": false,
  "files.autoSave": "off",
  "window.commandCenter": false,
};

const code = join(cache, "node_modules/code-server/out/node/entry.js");
const place = mkdtempSync(join(tmpdir(), "mln-"));
const extensions = join(place, "extensions");
const started = Date.now();
const say = (text) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);

try {
  mkdirSync(out, { recursive: true });
  const install = ["--user-data-dir", join(place, "user"), "--extensions-dir", extensions, "--install-extension", vsix];
  execFileSync(process.execPath, [code, ...install], { stdio: "ignore", cwd: place });
  say("the extension is installed");
  await session("lab", SETTINGS, ["--disable-workspace-trust"], trusted);
  await session("strange", { ...SETTINGS, "security.workspace.trust.enabled": true, ...NEVER_ASK }, [], untrusted);
} finally {
  rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** VS Code over a copy of the workspace; `run(page, workspace)` does the work. */
async function session(name, settings, flags, run) {
  const workspace = join(place, name);
  const user = join(place, `user-${name}`);
  cpSync(join(HERE, "workspace"), workspace, { recursive: true });
  mkdirSync(join(user, "User"), { recursive: true });
  writeFileSync(join(user, "User/settings.json"), JSON.stringify(settings));
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [code, "--user-data-dir", user, "--extensions-dir", extensions, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`,
      "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", ...flags],
    { stdio: "ignore", cwd: place },
  );
  let browser;
  try {
    await listening(port);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
    const page = await browser.newPage({ viewport: { width: 1200, height: 720 } });
    page.setDefaultTimeout(PATIENCE);
    try {
      await run(page, workspace, `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`);
    } catch (error) {
      await page.screenshot({ path: join(place, "..", "vscode-failed.png") });
      throw error;
    }
  } finally {
    await browser?.close();
    server.kill();
  }
}

async function trusted(page, workspace, address) {
  await openShop(page, address);
  await squiggle(page);
  await page.keyboard.press("Control+B");
  await completion(page);
  await topology(page);
  await rename(page);
  await resolvedHost(page);
  await compile(page, workspace);
}

/** The workspace's own server and its settings are left alone; the extension's copy works; nothing is compiled. */
async function untrusted(page, workspace, address) {
  const bait = join(workspace, ".venv/bin/mln-lsp");
  mkdirSync(dirname(bait), { recursive: true });
  writeFileSync(bait, `#!/bin/sh\ntouch ${join(workspace, "taken")}\necho mln-lsp 9.9.9\n`, { mode: 0o755 });
  mkdirSync(join(workspace, ".vscode"));
  writeFileSync(join(workspace, ".vscode/settings.json"), JSON.stringify({ "mln.server.path": bait }));
  await openShop(page, address);
  await page.waitForSelector(".squiggly-error");
  await command(page, "MLN: Check Workspace");
  await page.locator(".notification-toast", { hasText: "1 error" }).waitFor();
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(">MLN: Compile");
  await page.waitForTimeout(1000);
  const offered = await page.locator(".quick-input-list .monaco-list-row").allInnerTexts();
  assert.ok(!offered.some((row) => row.includes("MLN: Compile")), offered.join("; "));
  assert.ok(!existsSync(join(workspace, "taken")), "the workspace's server was run");
  say("not trusted: checked by the extension's own server, the workspace's is not run, nothing compiles");
}

async function openShop(page, address) {
  await page.goto(address, { waitUntil: "domcontentloaded" });
  await page.waitForSelector(".monaco-workbench");
  say("the workbench is there");
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "shop.mln" }).first().dblclick();
  await page.waitForSelector(".view-line");
}

/** An address that is given twice is underlined, and listed with its code. */
async function squiggle(page) {
  await page.waitForSelector(".squiggly-error");
  await page.keyboard.press("Control+Shift+M");
  const row = page.locator(".markers-panel .monaco-list-row", { hasText: "given twice" }).first();
  await row.waitFor();
  const text = await row.innerText();
  assert.match(text, /MLN\d{3}/);
  say(`problem: ${text.replaceAll("\n", " ")}`);
  await row.dblclick();
  await page.waitForTimeout(700);
  await picture(page, "problem");
  await page.keyboard.press("Control+J");
}

/** Inside a host, the words of a host are offered. */
async function completion(page) {
  await goTo(page, 12, 46);
  await page.keyboard.press("End");
  await page.keyboard.type("\nme");
  await page.keyboard.press("Control+Space");
  const list = page.locator(".suggest-widget.visible .monaco-list-row");
  await list.first().waitFor();
  const offered = await list.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
  assert.ok(offered.some((label) => label.startsWith("memory")), offered.join("; "));
  say(`completion: ${offered.slice(0, 4).join("; ")}`);
  await page.waitForTimeout(700);
  await picture(page, "completion");
  await page.keyboard.press("Escape");
  await command(page, "File: Revert File");
}

/** The picture is there, shows the problem where it is, follows an edit, and a click goes to the text. */
async function topology(page) {
  await command(page, "MLN: Show Topology");
  const view = await webview(page);
  const host = view.locator('[data-id^="host:"]', { hasText: "web1" }).first();
  await host.waitFor();
  assert.equal(await view.locator("svg script, svg foreignObject, svg style").count(), 0);
  const before = await view.locator('[data-id^="host:"]').count();
  await page.waitForTimeout(700);
  await picture(page, "topology");
  await host.locator(".name").first().click();
  await page.waitForFunction(() => /Ln 9, /.test(document.querySelector(".statusbar")?.textContent ?? ""));
  say(`topology: ${before} hosts; a click goes to the text`);
  await goTo(page, 100, 1);
  await page.keyboard.type("host cache { superclass common");
  await view.locator('[data-id^="host:"]', { hasText: "cache" }).first().waitFor();
  say("the picture follows the edit");
  await page.keyboard.press("Control+1");
  await command(page, "File: Revert File");
}

/** A superclass is renamed wherever it is named. */
async function rename(page) {
  await goTo(page, 3, 14);
  await page.keyboard.press("F2");
  const box = page.locator(".rename-box input");
  await box.waitFor();
  await page.waitForTimeout(1000); // VS Code selects the old name a little later
  await box.fill("machine");
  assert.equal(await box.inputValue(), "machine");
  await picture(page, "rename");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => {
    const text = document.querySelector(".view-lines")?.textContent ?? "";
    return text.includes("superclass\u00a0machine") && !text.includes("superclass\u00a0common");
  });
  say("renamed in all its places");
}

/** A page with every value of the host that the cursor is in. */
async function resolvedHost(page) {
  await goTo(page, 12, 5);
  await command(page, "MLN: Show Resolved Host");
  const text = await frameText(page, (found) => found.includes("10.0.0.11") && !found.includes("Export…"));
  assert.match(text, /web1/);
  assert.doesNotMatch(text, /file:/, "places are links");
  await picture(page, "host");
  say(`resolved host: ${text.slice(0, 60).replaceAll(/\s+/g, " ")}`);
}

/** With the address mended, the lens above the project compiles, and says what was written. */
async function compile(page, workspace) {
  await goTo(page, 25, 37);
  await page.keyboard.press("Backspace");
  await page.keyboard.type("3");
  await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
  await goTo(page, 1, 1);
  await page.locator(".codelens-decoration a", { hasText: "compile" }).first().click();
  const toast = page.locator(".notification-toast", { hasText: "files written" });
  await toast.waitFor();
  say(`compile: ${(await toast.innerText()).split("\n").find((line) => line.includes("files written"))}`);
  assert.ok(readdirSync(join(workspace, "out/shop/local")).includes("start.sh"));
}

// ---------------------------------------------------------------- tools
async function webview(page) {
  await page.waitForSelector("iframe.webview.ready");
  const outer = page.frameLocator("iframe.webview.ready").last();
  return outer.frameLocator("#active-frame");
}

/** The text of the first frame that has what is wanted. */
async function frameText(page, wanted) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await page.waitForTimeout(200)) {
    for (const frame of page.frames().slice(1)) {
      const text = await frame.locator("body").innerText({ timeout: 500 }).catch(() => "");
      if (wanted(text)) {
        return text;
      }
    }
  }
  throw new Error("no frame has it");
}

async function command(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
  await page.keyboard.press("Enter");
}

async function goTo(page, line, column) {
  await page.keyboard.press("Control+1"); // the first group of editors
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input").first().fill(`:${line}:${column}`);
  await page.keyboard.press("Enter");
}

async function picture(page, name) {
  const path = join(out, `vscode-${name}.png`);
  await page.screenshot({ path });
  execFileSync("pngquant", ["--force", "--speed", "1", "--strip", "--output", path, "128", path]);
}

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

async function listening(port) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer) {
      return;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("code-server does not answer");
}
