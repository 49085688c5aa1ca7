/** The HTML of the topology's page. Only its own script and style are let in. */

export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** Where the webview may load styles from, as VS Code names it. */
  readonly source: string;
  readonly nonce: string;
}

export function html({ script, style, source, nonce }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}`;
  const button = (id: string, text: string, title: string): string =>
    `<button id="${id}" type="button" title="${title}" aria-label="${title}">${text}</button>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>Topology</title>
</head>
<body>
<header role="toolbar" aria-label="Topology">
<span id="title"></span>
<span class="space"></span>
${button("out", "−", "Zoom out (-)")}
${button("in", "+", "Zoom in (+)")}
${button("fit", "Fit", "Show all (0)")}
<button id="pin" type="button" aria-pressed="false" title="Stay with this project, whichever file is edited">Pin</button>
${button("export", "Export…", "Export as SVG, Graphviz, Mermaid or JSON")}
</header>
<div id="message" role="status" hidden></div>
<main id="picture" tabindex="0" aria-label="Picture of the network; arrows move it, plus and minus zoom, Tab goes from machine to machine"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
