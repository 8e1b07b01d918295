/**
 * Elements that a drawn token flies between: its row in the table, and the end of the prompt. Kept by the elements
 * themselves while they are on the page.
 */
export const anchors: { drawn: HTMLElement | null; prompt: HTMLElement | null } = {
  drawn: null,
  prompt: null,
};
