export interface Shortcuts {
  /** @param position - the digit that was pressed. */
  readonly onDigit: (position: number) => void;
  readonly onUndo: () => void;
  readonly onClear: () => void;
}

/** Keys without a modifier; `toggle` switches them off for people whose input method types characters by accident. */
export function listenToShortcuts(toggle: HTMLInputElement, { onDigit, onUndo, onClear }: Shortcuts): void {
  document.addEventListener('keydown', ({ key, ctrlKey, metaKey, altKey }) => {
    if (!toggle.checked || ctrlKey || metaKey || altKey) return;
    if (/^[0-9]$/.test(key)) onDigit(Number(key));
    else if (key.toLowerCase() === 'u') onUndo();
    else if (key === 'Escape') onClear();
  });
}
