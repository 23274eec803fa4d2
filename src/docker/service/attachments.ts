// `--network`: a name, or `name=front,alias=web,driver-opt=k=v`.

import type { NetworkAttachmentConfig } from '../../engine/api.ts';
import { ParseFailure } from '../../model/failure.ts';
import { readInteger } from '../flag.ts';
import { sortedMap, splitPair } from '../maps.ts';
import { readRecord } from '../record.ts';

/** Keys that containers alone have a use for; services take them and drop them. */
const unused: readonly string[] = ['ip', 'ip6', 'mac-address', 'link-local-ip'];

/** @returns the attachment, its target as typed @throws ParseFailure in docker's words */
export function parseAttachment(text: string): NetworkAttachmentConfig {
  if (!/\w=\w/.test(text)) return { Target: text };
  let target = '';
  const aliases: string[] = [];
  const options = new Map<string, string>();
  for (const field of readRecord(text)) {
    const at = field.indexOf('=');
    const key = field.slice(0, Math.max(at, 0)).trim().toLowerCase();
    if (key === '') throw new ParseFailure(`invalid field ${field}`);
    const value = field
      .slice(at + 1)
      .trim()
      .toLowerCase();
    if (key === 'name') target = value;
    else if (key === 'alias') aliases.push(value);
    else if (key === 'driver-opt') {
      const [option, setting] = splitPair(value);
      if (option === '' || !value.includes('=')) {
        throw new ParseFailure('invalid key value pair format in driver options');
      }
      options.set(option.trim(), setting.trim());
    } else if (key === 'gw-priority') checkPriority(value);
    else if (!unused.includes(key)) throw new ParseFailure(`invalid field key ${key}`);
  }
  if (target === '') throw new ParseFailure('network name/id is not specified');
  return {
    Target: target,
    Aliases: aliases.length > 0 ? aliases : undefined,
    DriverOpts: options.size > 0 ? sortedMap(options) : undefined,
  };
}

function checkPriority(text: string): void {
  try {
    readInteger(text, 'ParseInt', -(2n ** 63n), 2n ** 63n);
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    const why = error.message.endsWith('out of range') ? 'value out of range' : 'invalid syntax';
    throw new ParseFailure(`invalid gw-priority (${text}): ${why}`);
  }
}
