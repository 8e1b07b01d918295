/** Prints the picture as it stands on the screen: its marks have sizes of the window, so the whole is scaled to the paper. */

/** What fits on A4 in landscape between the margins that styles/print.css asks for, CSS px; Letter is wider and less high. */
const paper = { width: 1024, height: 680 };

/** Measures the window when it is about to be printed. Returns what ends that. */
export function fitPaper(): () => void {
  const measure = () => {
    const { style } = document.documentElement;
    const { innerWidth: width, innerHeight: height } = window;
    style.setProperty('--window-width', `${width}px`);
    style.setProperty('--window-height', `${height}px`);
    style.setProperty('--paper-scale', String(Math.min(1, paper.width / width, paper.height / height)));
  };
  window.addEventListener('beforeprint', measure);
  return () => window.removeEventListener('beforeprint', measure);
}
