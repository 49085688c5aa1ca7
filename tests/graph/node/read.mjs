// Reads a flowchart from the standard input with Mermaid's own parser, and writes what it found as JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";
import fs from "node:fs";

const require = createRequire(path.join(process.argv[2], "package.json"));
const { JSDOM } = require("jsdom");
const dom = new JSDOM("<!DOCTYPE html>");
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const entry = path.join(process.argv[2], "node_modules/mermaid/dist/mermaid.core.mjs");
const mermaid = (await import(pathToFileURL(entry).href)).default;
mermaid.initialize({ maxTextSize: 10_000_000, maxEdges: 100_000 });
const text = fs.readFileSync(0, "utf8");
const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
const vertices = [...db.getVertices().values()];
console.log(JSON.stringify({
  nodes: vertices.map((vertex) => ({ id: vertex.id, text: vertex.text, classes: vertex.classes })),
  edges: db.getEdges().map((edge) => ({ start: edge.start, end: edge.end, text: edge.text })),
  frames: db.getSubGraphs().map((frame) => ({ id: frame.id, title: frame.title, nodes: frame.nodes })),
}));
