/** Lengths of time, in milliseconds. */

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** Of UTC, which knows no summer time. */
export const dayMs = 24 * hourMs;
