/** Continues a text on further, indented lines where a terminal would break a word; a longer word stays whole. */
export function wrapWords(text: string, columns: number): string {
  // The first word keeps the text's own indentation.
  const [first = '', ...words] = text.match(/^\s*\S+|\S+/g) ?? [];
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (longer.length < columns) line = longer;
    else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
