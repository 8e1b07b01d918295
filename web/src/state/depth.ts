/** How much of the model the picture shows: one path for everybody, or everything. */
export type Depth = 'simple' | 'full';
