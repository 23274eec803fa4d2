// The JSON that an engine and its clients exchange, as types: Go's names for the fields, in Go's order.

export type * from './api/cluster.ts';
export type * from './api/common.ts';
export type * from './api/engine.ts';
export type * from './api/service.ts';
