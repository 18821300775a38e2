/** Telling the errors of the operating system apart, by their code. */
export function hasErrorCode(error: unknown, code: 'ENOENT' | 'EEXIST' | 'ESRCH'): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
