/** Marks parts of a view that are no part of its figure, such as its buttons. */
export const leftOut = 'figure-leaves-out';
