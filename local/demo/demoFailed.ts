/** The end of a demo that did not do what it should: one sentence that says what to do. */
export class DemoFailed extends Error {
  override readonly name = 'DemoFailed';
}
