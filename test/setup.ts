// One seed for all properties, so that the same commit has the same tests everywhere. PROPERTY_SEED explores others.

import process from 'node:process';
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
