/** Enough for every message of this project with names and paths; a longer one repeats input. */
const maxMessageCharacters = 4000;
/** For an invalid value that a message repeats. */
const maxValueCharacters = 120;

/** Keeps the beginning, and the end, because a message ends with what to do. */
function cutMiddle(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const endCharacters = Math.floor(maxCharacters / 3);
  const leftOut = text.length - maxCharacters;
  return `${text.slice(0, maxCharacters - endCharacters)} … (${leftOut.toLocaleString('en')} characters left out) … ${text.slice(-endCharacters)}`;
}

export const shortenMessage = (message: string) => cutMiddle(message, maxMessageCharacters);
export const shortenValue = (value: string) => cutMiddle(value, maxValueCharacters);
