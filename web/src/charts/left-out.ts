/** Marks parts of a view that are no part of its figure, such as its buttons. */
export const leftOut = 'figure-leaves-out';

/** Marks parts that stay in sight while their view is scrolled: in its figure they are where they belong. */
export const sticks = 'figure-lays-down';
