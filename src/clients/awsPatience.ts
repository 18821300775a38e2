/** For questions of an operator who waits: one try, and no longer than it takes to see that nobody answers. */
export const shortPatience = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
} as const;
