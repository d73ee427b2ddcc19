/** Text styles of one output stream. Where the stream or the user does not want them, they return the text unchanged. */
export interface Styles {
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  /** A clickable text, by OSC 8: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda */
  readonly link: (text: string, url: string) => string;
}

/** SGR codes that turn a style on and off: https://en.wikipedia.org/wiki/ANSI_escape_code#SGR */
const codes = { green: [32, 39], red: [31, 39], dim: [2, 22], bold: [1, 22] } as const;

const unchanged = (text: string) => text;

/**
 * Colors on a terminal only. FORCE_COLOR overrides that and NO_COLOR, as in Node.js; `0` and `false` turn colors off.
 * NO_COLOR with any text turns them off: https://no-color.org.
 */
export function hasColors(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR, NO_COLOR } = env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return !NO_COLOR && isCapable(stream, env);
}

export function createStyles(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Styles {
  const style = (name: keyof typeof codes) => {
    if (!hasColors(stream, env)) return unchanged;
    const [on, off] = codes[name];
    return (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;
  };
  return {
    green: style('green'),
    red: style('red'),
    dim: style('dim'),
    bold: style('bold'),
    link: isCapable(stream, env)
      ? (text, url) => `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`
      : unchanged,
  };
}

const isCapable = ({ isTTY }: { readonly isTTY?: boolean }, { TERM }: NodeJS.ProcessEnv) =>
  isTTY === true && TERM !== 'dumb';
