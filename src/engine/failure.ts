// Requests that are refused: a status and the text clients show. Texts of the swarm's managers come with the code of their call.

import type { CallError } from '../model/messages.ts';

/** The end of a request: the status and message of its answer. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  /** 400 or more. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the swarm's managers have refused (R-R206). */
export function callRefused({ code, message }: CallError): RequestFailure {
  return new RequestFailure(statusOf(code), `rpc error: code = ${code} desc = ${message}`);
}

/** What the engine itself refuses, by the code that is nearest. */
export function engineRefused({ code, message }: CallError): RequestFailure {
  return new RequestFailure(statusOf(code), message);
}

/** R-R207. */
function statusOf(code: CallError['code']): number {
  switch (code) {
    case 'InvalidArgument':
    case 'FailedPrecondition':
      return 400;
    case 'Unauthenticated':
      return 401;
    case 'PermissionDenied':
      return 403;
    case 'NotFound':
      return 404;
    case 'AlreadyExists':
      return 409;
    case 'Unimplemented':
      return 501;
    case 'Unavailable':
      return 503;
    default:
      return 500;
  }
}
