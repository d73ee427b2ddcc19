/** Room for any message of ours with all its names and paths; what is longer has echoed somebody's input. */
const maxMessageCharacters = 4000;
/** Of a value that is shown where it was not understood. */
const maxValueCharacters = 120;

/** Keeps the beginning, and the end, where a message says what to do. */
function cutMiddle(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const endCharacters = Math.floor(maxCharacters / 3);
  const leftOut = text.length - maxCharacters;
  return `${text.slice(0, maxCharacters - endCharacters)} … (${leftOut.toLocaleString('en')} characters left out) … ${text.slice(-endCharacters)}`;
}

export const shortenMessage = (message: string) => cutMiddle(message, maxMessageCharacters);
export const shortenValue = (value: string) => cutMiddle(value, maxValueCharacters);
