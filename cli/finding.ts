/** One result of `doctor`. */
export interface Finding {
  readonly name: string;
  readonly isReady: boolean;
  readonly detail: string;
  /** What to do about it, if anything. */
  readonly remedy?: string;
}
