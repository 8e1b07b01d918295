/** Keeps a long list at its end, where the last word is: for `{@attach toEnd(count)}`. */
export const toEnd =
  (_count: number) =>
  (element: HTMLElement): void => {
    element.scrollTop = element.scrollHeight;
  };
