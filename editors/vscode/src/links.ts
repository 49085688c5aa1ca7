/** Links of the server's Markdown. Knows nothing of VS Code. */

const FILE_LINK = /\]\((file:\/\/[^\s()#]*)(?:#L?(\d+)(?:,(\d+))?)?\)/g;

/** The same Markdown with links to files as links to a command, which a page may follow. */
export function linked(markdown: string, command: string): string {
  return markdown.replace(FILE_LINK, (_, uri: string, line = "1", column = "1") => {
    const argument = encodeURIComponent(JSON.stringify([uri, Number(line), Number(column)]));
    return `](command:${command}?${argument.replaceAll("(", "%28").replaceAll(")", "%29")})`;
  });
}
