// docker version

import type { VersionComponent, VersionResponse } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { currentContext } from '../address.ts';
import { abilitiesOf, clientApiVersion, fetchJson } from '../client.ts';
import { clientVersion } from '../client-version.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { badTemplate, parseFormat } from '../inspect.ts';
import { entriesOf } from '../maps.ts';
import { buildTime } from '../moments.ts';
import { alignColumns } from '../table.ts';
import { execute } from '../template/evaluate.ts';
import { encodeJson } from '../template/json.ts';
import { TemplateError } from '../template/parse.ts';
import { versionInfo } from '../types/info.ts';

/** What engines of any age answer. */
type Answer = Omit<VersionResponse, 'Platform'> & Partial<Pick<VersionResponse, 'Platform'>>;

type ClientVersion = typeof clientVersion & { readonly ApiVersion: string; readonly Context: string };

export const version: Command = {
  name: 'version',
  usage: '[OPTIONS]',
  short: 'Show the Docker version information',
  section: 'common',
  arity: noArguments,
  flags: [inspectFormatFlag],
  run,
};

function* run({ flags, client, host, context }: Invocation): Fiber<number> {
  const format = flags.text('format');
  const template =
    format === '' || format === 'json' ? undefined : parseFormat(format, badTemplate, 'version');
  const { version: spoken } = yield* abilitiesOf(client);
  const ours = {
    ...clientVersion,
    ApiVersion: spoken,
    DefaultAPIVersion: clientApiVersion,
    Context: currentContext(context, host),
  };
  let server: VersionResponse | undefined;
  let failure = '';
  try {
    server = withEngine(yield* fetchJson<VersionResponse>(client, '/version'));
  } catch (error) {
    failure = failureText(error);
  }
  if (format === '') host.out(clientText(ours) + (server === undefined ? '' : serverText(server)));
  else {
    const value = versionInfo.decode({ Client: ours, Server: server });
    if (template === undefined) host.out(`${encodeJson(value)}\n`);
    else {
      try {
        host.out(`${execute(template, value)}\n`);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        host.out(`${error.printed}\n`);
        throw new CommandFailure(failure || error.message);
      }
    }
  }
  if (failure !== '') throw new CommandFailure(failure);
  return 0;
}

/** An engine that does not list itself among its parts is made one of what it says. */
function withEngine(response: VersionResponse): VersionResponse {
  const parts = response.Components ?? [];
  const engine = parts.find(({ Name }) => Name === 'Engine');
  if (engine !== undefined) return { ...response, Components: parts.map(withBuildTime) };
  const made: VersionComponent = {
    Name: 'Engine',
    Version: response.Version,
    Details: {
      ApiVersion: response.ApiVersion,
      MinAPIVersion: response.MinAPIVersion,
      GitCommit: response.GitCommit,
      GoVersion: response.GoVersion,
      Os: response.Os,
      Arch: response.Arch,
      BuildTime: response.BuildTime ?? '',
      Experimental: String(response.Experimental ?? false),
    },
  };
  return { ...response, Components: [...parts, withBuildTime(made)] };
}

function withBuildTime(component: VersionComponent): VersionComponent {
  const { Name, Details: details } = component;
  if (Name !== 'Engine' || details === undefined) return component;
  return { ...component, Details: { ...details, BuildTime: buildTime(details.BuildTime ?? '') } };
}

/** Columns here are wider than in lists. */
function align(lines: readonly string[]): string {
  return `${alignColumns(lines.join('\n'), { least: 20, padding: 1 })}\n`;
}

function clientText(ours: ClientVersion): string {
  const downgraded = ours.ApiVersion === clientApiVersion ? '' : ` (downgraded from ${clientApiVersion})`;
  return align([
    'Client:',
    ` Version:\t${ours.Version}`,
    ` API version:\t${ours.ApiVersion}${downgraded}`,
    ` Go version:\t${ours.GoVersion}`,
    ` Git commit:\t${ours.GitCommit}`,
    ` Built:\t${ours.BuildTime}`,
    ` OS/Arch:\t${ours.Os}/${ours.Arch}`,
    ` Context:\t${ours.Context}`,
  ]);
}

/** Old engines say neither what they are called nor what they are made of. */
function serverText({ Platform: platform, Components: parts }: Answer): string {
  const name = platform?.Name ?? '';
  const lines = ['', `Server:${name === '' ? '' : ` ${name}`}`];
  for (const { Name, Version, Details = {} } of parts) {
    lines.push(` ${Name}:`, `  Version:\t${Version}`);
    if (Name === 'Engine') {
      const detail = (name: string): string => Details[name] ?? '';
      lines.push(
        `  API version:\t${detail('ApiVersion')} (minimum version ${detail('MinAPIVersion')})`,
        `  Go version:\t${detail('GoVersion')}`,
        `  Git commit:\t${detail('GitCommit')}`,
        `  Built:\t${detail('BuildTime')}`,
        `  OS/Arch:\t${detail('Os')}/${detail('Arch')}`,
        `  Experimental:\t${detail('Experimental')}`,
      );
    } else {
      lines.push(...entriesOf(Details).map(([key, value]) => `  ${key}:\t${value}`));
    }
  }
  return align(lines);
}
