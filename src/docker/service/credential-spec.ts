// `--credential-spec`: where the credentials of a managed service account are found.

import type { ConfigReference, CredentialSpec } from '../../engine/api.ts';

/** `config://name`, `file://path` or `registry://key`; undefined for the empty text. */
export function readCredentialSpec(text: string): CredentialSpec | undefined {
  const [, source, value = ''] = /^(config|file|registry):\/\/(.*)$/s.exec(text) ?? [];
  if (source === undefined) return undefined;
  return {
    Config: source === 'config' ? value : '',
    File: source === 'file' ? value : '',
    Registry: source === 'registry' ? value : '',
  };
}

/** Names of configs are for people; the engine takes identifiers. */
export function withConfigId(
  credential: CredentialSpec,
  configs: readonly ConfigReference[],
): CredentialSpec {
  const named = configs.find(({ ConfigName }) => ConfigName === credential.Config);
  return credential.Config === '' || named === undefined
    ? credential
    : { ...credential, Config: named.ConfigID };
}
