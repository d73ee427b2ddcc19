export interface ImageFolder {
  /** Without a final "/"; the top folder is "". */
  readonly path: string;
  /** Directly in it. */
  readonly imageCount: number;
}

export interface SplitFolder extends ImageFolder {
  /** In the Unicode form NFC, in which names can be compared. */
  readonly segments: readonly string[];
}
