/** Where something is drawn, CSS px. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
