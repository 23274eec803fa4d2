// How a command ends other than well. Whatever else is thrown is a defect of ours.

/** The command ends with this text on standard error, unless it is empty, and this exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What an engine answered when it did not do what it was asked. The message is whole, prefix included. */
export class DaemonError extends Error {
  override readonly name = 'DaemonError';
  /** The HTTP status; the client knows an object to be absent by 404 alone. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The text a failure prints; other errors are thrown on. */
export function failureText(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof DaemonError) return error.message;
  throw error;
}
