// Mounts as a script gives them: `data:/var/lib/data`, `/srv/www:/www:ro`, or docker's own `type=tmpfs,target=/tmp`.

import type { Mount } from '../model/spec.ts';
import { ScenarioFailure } from './failure.ts';

const forms = 'data:/var/lib/data, /srv/www:/www:ro or type=tmpfs,target=/tmp';
const types = ['volume', 'bind', 'tmpfs', 'cluster'] as const;

/** @throws ScenarioFailure for what is no mount */
export function parseMount(text: string): Mount {
  return text.includes('target=') ? longForm(text) : shortForm(text);
}

function shortForm(text: string): Mount {
  const [, source, target, option] = /^([^:]+):([^:]+)(?::(ro))?$/.exec(text) ?? [];
  if (source === undefined || target === undefined) throw wrong(text);
  return mount(source.startsWith('/') ? 'bind' : 'volume', source, target, option === 'ro');
}

function longForm(text: string): Mount {
  const fields = new Map(
    text.split(',').map((field) => {
      const at = field.indexOf('=');
      return at < 0 ? ([field, 'true'] as const) : ([field.slice(0, at), field.slice(at + 1)] as const);
    }),
  );
  const type = types.find((known) => known === (fields.get('type') ?? 'volume'));
  const unknown = [...fields.keys()].find((key) => !['type', 'source', 'target', 'readonly'].includes(key));
  if (unknown !== undefined || type === undefined) throw wrong(text);
  return mount(
    type,
    fields.get('source') ?? '',
    fields.get('target') ?? '',
    fields.get('readonly') === 'true',
  );
}

function mount(type: Mount['type'], source: string, target: string, readOnly: boolean): Mount {
  return { type, source, target, readOnly, driver: '', options: [] };
}

function wrong(text: string): ScenarioFailure {
  return new ScenarioFailure(`a mount must be like ${forms}, not ${JSON.stringify(text)}`);
}

/** As docker's flag has it. */
export function mountText({ type, source, target, readOnly }: Mount): string {
  const from = source === '' ? '' : `,source=${source}`;
  return `type=${type}${from},target=${target}${readOnly ? ',readonly' : ''}`;
}
