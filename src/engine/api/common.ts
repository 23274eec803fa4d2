// What the objects of the Engine API share. Types alone: names and order of fields are those of the JSON on the wire.
// A field with `?` is left out when it is empty (Go's omitempty) or may be left out in a request.

/** A JSON object whose keys are data: labels, options. Its keys are written in ascending order. */
export type StringMap = Readonly<Record<string, string>>;

/** RFC 3339 with up to nine decimals, UTC: `2026-01-05T10:00:00.1Z`. */
export type Instant = string;

/** Integer nanoseconds. */
export type Nanoseconds = number;

/** The version of an object, and the iteration of a job. 0 is left out. */
export interface Version {
  readonly Index?: number | undefined;
}

/** The head of every object of the swarm but networks. */
export interface Meta {
  readonly ID: string;
  readonly Version: Version;
  readonly CreatedAt: Instant;
  readonly UpdatedAt: Instant;
}

export interface Annotations {
  readonly Name?: string | undefined;
  readonly Labels?: StringMap | null | undefined;
}

/** A driver of logs, secrets, networks, volumes or templates. */
export interface Driver {
  readonly Name?: string | undefined;
  readonly Options?: StringMap | undefined;
}

export interface Platform {
  readonly Architecture?: string | undefined;
  readonly OS?: string | undefined;
}

export interface GenericResource {
  readonly NamedResourceSpec?:
    | { readonly Kind?: string | undefined; readonly Value?: string | undefined }
    | undefined;
  readonly DiscreteResourceSpec?:
    | { readonly Kind?: string | undefined; readonly Value?: number | undefined }
    | undefined;
}

/** The body of every response whose status is 400 or more. */
export interface ErrorResponse {
  readonly message: string;
}

/** The answer to the creation of a service. */
export interface ServiceCreateResponse {
  readonly ID: string;
  readonly Warnings: readonly string[] | null;
}

export interface ServiceUpdateResponse {
  readonly Warnings: readonly string[] | null;
}

/** The answer to the creation of a config or secret. */
export interface IdResponse {
  readonly ID: string;
}
