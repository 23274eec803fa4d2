// How a scenario fails: always one sentence that names what was expected, what was found and when.

/** A scenario's promise that did not hold, or a request it may not make. `line` says where in the script, if known. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
}

/** A refused command: what docker would print. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
