// Texts that several parts of a manager show, exactly as users read them.

/** A write under which leadership was lost; whether it took effect is unknown (R-R23, R-R26). */
export const lostLeadership = 'raft: failed to process the request: node lost leader status';
