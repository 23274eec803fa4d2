// An engine on paper: it keeps the objects it is told of, answers what it is asked, runs nothing, and writes down every request. The real
// client was recorded against the same paper.

import type { Fiber } from '../../../src/engine/fiber.ts';
import type { Request, Response } from '../../../src/engine/http.ts';

interface Held {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels?: Readonly<Record<string, string>> };
}

interface HeldNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Scope: string;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface Paper {
  readonly manager?: boolean;
  readonly networks?: readonly Partial<HeldNetwork>[];
  readonly services?: readonly { readonly Spec: unknown }[];
  readonly secrets?: readonly { readonly Spec: unknown }[];
  readonly configs?: readonly { readonly Spec: unknown }[];
  /** Answers to `GET /tasks`, one after the other; the last is given again and again. */
  readonly tasks?: readonly (readonly unknown[])[];
  /** What is refused, by method and path: status and message. */
  readonly refused?: Readonly<Record<string, readonly [status: number, message: string]>>;
  /** Of the API. */
  readonly version?: string;
  /** No image has a digest. */
  readonly withoutRegistry?: boolean;
}

const created = '2026-01-05T10:00:00.1Z';

export class PaperEngine {
  /** All requests but pings: method, target, body. */
  readonly requests: string[] = [];
  readonly #paper: Paper;
  readonly #networks: HeldNetwork[];
  readonly #objects: Readonly<Record<'services' | 'secrets' | 'configs', Held[]>>;
  #asked = 0;

  constructor(paper: Paper = {}) {
    this.#paper = paper;
    this.#networks = (paper.networks ?? []).map(({ Name = '', ...more }) => ({
      Id: idOf(Name),
      Name,
      Scope: 'swarm',
      Labels: {},
      ...more,
    }));
    this.#objects = {
      services: held(paper.services),
      secrets: held(paper.secrets),
      configs: held(paper.configs),
    };
  }

  *request(request: Request): Fiber<Response> {
    yield { until: () => true, deadline: 0 };
    return this.answer(request);
  }

  answer({ method, target, body }: Pick<Request, 'method' | 'target' | 'body'>): Response {
    if (target === '/_ping') return ping(this.#paper.version ?? '1.50');
    const url = new URL(target, 'http://engine');
    const path = decodeURIComponent(url.pathname).replace(/^\/v[\d.]+/, '');
    this.requests.push(
      `${method} ${path}${decodeURIComponent(url.search.replaceAll('+', ' '))} ${body}`.trim(),
    );
    const refusal = this.#paper.refused?.[`${method} ${path}`];
    if (refusal !== undefined) return reply(refusal[0], { message: refusal[1] });
    const filters: Filters = JSON.parse(url.searchParams.get('filters') ?? '{}');
    const [, kind = '', rest = ''] = /^\/([a-z]+)(?:\/(.*))?$/.exec(path) ?? [];
    switch (kind) {
      case 'info':
        return reply(200, { Swarm: { NodeID: 'n1', ControlAvailable: this.#paper.manager ?? true } });
      case 'networks':
        return this.#answerNetworks(method, rest, body, filters);
      case 'services':
      case 'secrets':
      case 'configs':
        return this.#answerObjects(kind, method, rest, body, filters);
      case 'distribution':
        return this.#answerDistribution(rest);
      case 'tasks': {
        const answers = this.#paper.tasks ?? [[]];
        return reply(200, answers[Math.min(this.#asked++, answers.length - 1)]);
      }
      case 'nodes': {
        const node = { ID: 'n1', Spec: {}, Description: { Hostname: 'node1' }, Status: { State: 'ready' } };
        return reply(200, rest === '' ? [node] : node);
      }
      default:
        return reply(404, { message: 'page not found' });
    }
  }

  #answerNetworks(method: string, ref: string, body: string, filters: Filters): Response {
    if (ref === '')
      return reply(
        200,
        this.#networks.filter(({ Labels }) => matches(Labels, filters)),
      );
    if (ref === 'create') {
      const network: HeldNetwork = JSON.parse(body);
      this.#networks.push({ ...network, Id: idOf(network.Name), Scope: 'swarm' });
      return reply(201, { Id: idOf(network.Name), Warning: '' });
    }
    const at = this.#networks.findIndex(({ Id, Name }) => Id === ref || Name === ref);
    if (at < 0) return reply(404, { message: `network ${ref} not found` });
    if (method !== 'DELETE') return reply(200, this.#networks[at]);
    this.#networks.splice(at, 1);
    return reply(204);
  }

  #answerObjects(
    kind: 'services' | 'secrets' | 'configs',
    method: string,
    rest: string,
    body: string,
    filters: Filters,
  ): Response {
    const objects = this.#objects[kind];
    if (rest === '') {
      const names = Object.keys(filters.name ?? {});
      return reply(
        200,
        objects.filter(
          ({ Spec: { Name, Labels = {} } }) =>
            matches(Labels, filters) && (names.length === 0 || names.some((name) => Name.startsWith(name))),
        ),
      );
    }
    if (rest === 'create') {
      const object = hold(JSON.parse(body));
      objects.push(object);
      return reply(201, { ID: object.ID, Warnings: null });
    }
    const [ref = '', update] = rest.split('/');
    if (update === 'update') return reply(200, { Warnings: null });
    const at = objects.findIndex(({ ID, Spec }) => ID === ref || Spec.Name === ref);
    if (at < 0) return reply(404, { message: `${kind.slice(0, -1)} ${ref} not found` });
    if (method !== 'DELETE') return reply(200, objects[at]);
    objects.splice(at, 1);
    return reply(kind === 'services' ? 200 : 204);
  }

  #answerDistribution(rest: string): Response {
    if (this.#paper.withoutRegistry) return reply(404, { message: 'manifest unknown' });
    const digest = `sha256:${hash(rest).padEnd(64, '0')}`;
    const descriptor = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: 1 };
    return reply(200, { Descriptor: descriptor, Platforms: [{ architecture: 'amd64', os: 'linux' }] });
  }
}

interface Filters {
  readonly label?: Readonly<Record<string, true>>;
  readonly name?: Readonly<Record<string, true>>;
}

function matches(labels: Readonly<Record<string, string>>, { label = {} }: Filters): boolean {
  return Object.keys(label).every((wanted) => {
    const [key = '', value] = wanted.split('=');
    return labels[key] !== undefined && (value === undefined || labels[key] === value);
  });
}

function held(objects: readonly { readonly Spec: unknown }[] = []): Held[] {
  return objects.map((object) => {
    const { Spec, ...more } = JSON.parse(JSON.stringify(object));
    return { ...hold(Spec), ...more };
  });
}

function hold(spec: Held['Spec']): Held {
  const common = { Version: { Index: 10 }, CreatedAt: created, UpdatedAt: created };
  return { ID: idOf(spec.Name), ...common, Spec: spec, ...{ Endpoint: { Spec: {} } } };
}

/** The same for the same name, so that the order of creation does not matter. */
export function idOf(name: string): string {
  return `id${hash(name).padStart(8, '0')}`.padEnd(25, '0');
}

/** Eight hexadecimal digits at most: FNV-1a. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value.toString(16);
}

function ping(version: string): Response {
  const { headers, ...answer } = reply(200);
  return { ...answer, headers: new Map([...headers, ['api-version', version]]) };
}

function reply(status: number, body?: unknown): Response {
  const headers = new Map([
    ['content-type', 'application/json'],
    ['api-version', '1.50'],
    ['ostype', 'linux'],
    ['docker-experimental', 'false'],
    ['swarm', 'active/manager'],
  ]);
  return { status, headers, body: body === undefined ? '' : `${JSON.stringify(body)}\n` };
}
