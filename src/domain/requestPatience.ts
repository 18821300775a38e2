/** For receiving one whole request. Without a limit a sender that dawdles holds a connection and its memory for as long as it likes. */
export const requestTimeoutMs = 30_000;
