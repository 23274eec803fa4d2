// Texts that several parts of a manager show, exactly as users read them.

/** A write under which leadership was lost; whether it took effect is unknown (R-R23, R-R26). */
export const lostLeadership = 'raft: failed to process the request: node lost leader status';

/** A write while leadership is being handed over (R-R34). */
export const proposalDropped = 'raft proposal dropped';
