// The kinds of values that flags of services take, beyond the common ones.

import { parseDuration } from '../../model/duration.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseBytes } from '../../model/size.ts';
import type { Kind } from '../flag.ts';
import { parseExtraHost, parseNameServer, parseSearchDomain } from './addresses.ts';
import { parseAttachment } from './attachments.ts';
import { checkVariable } from './environment.ts';
import { checkGenericResource } from './generic-resources.ts';
import { parseMount } from './mounts.ts';
import { parseCpus, parseRatio } from './numbers.ts';
import { parsePublish } from './publish.ts';
import { parseFileRequest } from './references.ts';
import { parseUlimit } from './ulimits.ts';
import { splitWords } from './words.ts';

export const bytes: Kind = { name: 'bytes', check: parseBytes };
export const decimal: Kind = { name: 'decimal', check: parseCpus };
export const ratio: Kind = { name: 'float', check: parseRatio };
export const command: Kind = { name: 'command', check: splitWords };
export const port: Kind = { name: 'port', check: parsePublish };
export const network: Kind = { name: 'network', check: parseAttachment };
export const ulimit: Kind = { name: 'ulimit', check: parseUlimit };
export const mount: Kind = { name: 'mount', check: (text, { cwd }) => parseMount(text, cwd) };
export const secret: Kind = { name: 'secret', check: (text) => parseFileRequest('secret', text) };
export const config: Kind = { name: 'config', check: (text) => parseFileRequest('config', text) };
export const variables: Kind = { name: 'list', check: checkVariable };
export const genericResources: Kind = { name: 'list', check: checkGenericResource };
export const nameServers: Kind = { name: 'list', check: parseNameServer };
export const searchDomains: Kind = { name: 'list', check: parseSearchDomain };
export const extraHosts: Kind = { name: 'list', check: parseExtraHost };

/** A duration that is not negative. */
export const period: Kind = {
  name: 'duration',
  check: (text) => {
    if (parseDuration(text) < 0) throw new ParseFailure('duration cannot be negative');
  },
};

/** `spread=node.labels.zone`. */
export const preference: Kind = {
  name: 'pref',
  check: (text) => {
    const [strategy = '', ...rest] = text.split('=');
    if (rest.length === 0) {
      throw new ParseFailure('placement preference must be of the format "<strategy>=<arg>"');
    }
    if (strategy !== 'spread') {
      throw new ParseFailure(`unsupported placement preference ${strategy} (only spread is supported)`);
    }
  },
};

/** Where the credentials of a managed service account come from; nothing for none. */
export const credentialSpec: Kind = {
  name: 'credential-spec',
  check: (text) => {
    if (text !== '' && !/^(?:config|file|registry):\/\//.test(text)) {
      throw new ParseFailure(
        'invalid credential spec: value must be prefixed with "config://", "file://", or "registry://"',
      );
    }
  },
};
