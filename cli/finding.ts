/** What `doctor` found out about one thing. */
export interface Finding {
  readonly name: string;
  readonly isReady: boolean;
  readonly detail: string;
  /** What to do about it, where something can be done. */
  readonly remedy?: string;
}
