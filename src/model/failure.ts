// The two ways a request of a user goes wrong: a call that is refused, and text that cannot be read.
// Both are thrown by floors above and below the control API; anything else thrown is a defect of ours.

import type { CallError } from './messages.ts';

/** A refused call: a gRPC status code and the text Docker shows after `desc = `. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly code: CallError['code'];

  constructor(code: CallError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Text a user typed that is no duration, size, image reference ... The message is the one Docker prints. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure';
}
