// The face of the replicated store: what the floors above may use of it. Records are read through a Reader, written through a Transaction,
// and change only when committed actions are applied.

export { apply } from './apply.ts';
export { checkVersion, StoreError } from './errors.ts';
export { begin, maxTransactionSize, type RunningTransaction } from './running.ts';
export { restore, type StoreSnapshot, snapshot } from './snapshot.ts';
export { createStore, hashStore, reader, type Store } from './tables.ts';
