import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, findServer, ISOLATED, type Outside, type Search } from "../../src/finding";

const SEARCH: Search = { path: "", python: "", folders: ["/ws"], trusted: true, bundle: "/ext/bundled" };

/** A machine: its files, and what each program says; a string that starts with `!` is an error. */
function machine(programs: Record<string, string>, more: Partial<Outside> = {}): Outside & { ran: string[][] } {
  const ran: string[][] = [];
  return {
    ran,
    platform: "linux",
    environment: { PATH: "/usr/local/bin:.:bin:/usr/bin" },
    isFile: (path) => Promise.resolve(path in programs),
    run: (command, args) => {
      ran.push([command, ...args]);
      const said = programs[args.find((arg) => arg.endsWith("run.py")) ?? command] ?? "";
      return said.startsWith("!") ? Promise.reject(new Error(said.slice(1))) : Promise.resolve(said);
    },
    ...more,
  };
}

const SERVER = "mln-lsp 0.1.0\n";
const BUNDLE = { "/ext/bundled/run.py": "mln-lsp 0.2.0", "/usr/bin/python3": "3 11" };

test("the setting comes first, and its mlnc is beside it", async () => {
  const outside = machine({ "/opt/mln-lsp": SERVER, "/opt/mlnc": "", "/ws/.venv/bin/mln-lsp": SERVER, ...BUNDLE });
  const { server, misses } = await findServer({ ...SEARCH, path: "/opt/mln-lsp" }, outside);
  assert.equal(server?.source, "setting");
  assert.equal(server?.version, "0.1.0");
  assert.deepEqual(server?.mlnc, { command: "/opt/mlnc", args: [] });
  assert.deepEqual(misses, []);
});

test("a setting that leads nowhere is an error, and nothing else is tried", async () => {
  const { server, misses } = await findServer({ ...SEARCH, path: "/opt/mln-lsp" }, machine(BUNDLE));
  assert.equal(server, undefined);
  assert.equal(explain(misses), "mln.server.path: there is no file /opt/mln-lsp");
});

test("then the workspace's .venv, then the PATH, then the extension's own copy", async () => {
  const all = { "/ws/.venv/bin/mln-lsp": SERVER, "/usr/bin/mln-lsp": SERVER, "/usr/bin/mlnc": "", ...BUNDLE };
  const sources = ["workspace", "path", "bundled"];
  for (const [place, source] of [["/ws/.venv/bin/mln-lsp", 0], ["/usr/bin/mln-lsp", 1], ["", 2]] as const) {
    const { server } = await findServer(SEARCH, machine(all));
    assert.equal(server?.source, sources[source]);
    delete (all as Record<string, string>)[place];
  }
});

test("the workspace's .venv is not even run where the workspace is not trusted", async () => {
  const outside = machine({ "/ws/.venv/bin/mln-lsp": SERVER, ...BUNDLE });
  const { server, misses } = await findServer({ ...SEARCH, trusted: false }, outside);
  assert.equal(server?.source, "bundled");
  assert.match(explain(misses), /\.venv\/bin\/mln-lsp: not looked at: the workspace is not trusted/);
  assert.ok(outside.ran.every(([command]) => !command?.startsWith("/ws")));
});

test("entries of the PATH that depend on the directory do not count", async () => {
  const outside = machine({ "mln-lsp": SERVER, "bin/mln-lsp": SERVER, "./mln-lsp": SERVER });
  const { server } = await findServer({ ...SEARCH, folders: [] }, outside);
  assert.equal(server, undefined);
});

test("a server that does not run is passed over, with the reason", async () => {
  const outside = machine({ "/ws/.venv/bin/mln-lsp": "!No module named pygls", "/usr/bin/mln-lsp": "hello", ...BUNDLE });
  const { server, misses } = await findServer(SEARCH, outside);
  assert.equal(server?.source, "bundled");
  assert.deepEqual(misses.map((miss) => miss.reason), [
    "does not run: No module named pygls",
    "does not say that it is mln-lsp",
  ]);
});

test("the own copy runs isolated, with the first Python that is new enough", async () => {
  const outside = machine({
    "/ext/bundled/run.py": "mln-lsp 0.2.0",
    "/usr/local/bin/python3": "3 9",
    "/usr/bin/python3.12": "3 12",
  });
  const { server, misses } = await findServer({ ...SEARCH, folders: [] }, outside);
  assert.equal(server?.command, "/usr/bin/python3.12");
  assert.deepEqual(server?.args, [...ISOLATED, "/ext/bundled/run.py", "mln-lsp"]);
  assert.deepEqual(server?.mlnc?.args, [...ISOLATED, "/ext/bundled/run.py", "mlnc"]);
  assert.ok(misses.some((miss) => miss.reason === "is Python 3.9; 3.11 or newer is needed"));
});

test("nothing there: every place is named", async () => {
  const { server, misses } = await findServer(SEARCH, machine({ "/ext/bundled/run.py": "" }));
  assert.equal(server, undefined);
  assert.equal(
    explain(misses),
    "/ws/.venv/bin/mln-lsp: no such file\nPATH: no mln-lsp\n" +
      "PATH: no python3; the extension's own copy of the server needs Python 3.11",
  );
});

test("on Windows: Scripts, .exe, and its own separators", async () => {
  const programs = { "C:\\ws\\.venv\\Scripts\\mln-lsp.exe": SERVER, "C:\\ws\\.venv\\Scripts\\mlnc.exe": "" };
  const outside = machine(programs, { platform: "win32", environment: { Path: "C:\\Windows" } });
  const { server } = await findServer({ ...SEARCH, folders: ["C:\\ws"] }, outside);
  assert.equal(server?.source, "workspace");
  assert.equal(server?.mlnc?.command, "C:\\ws\\.venv\\Scripts\\mlnc.exe");
});
