// An engine that knows what it is given and nothing else: services, tasks and nodes to be found, and what it says to each look at a service.

import type { Node, Service, Task } from '../../../src/engine/api.ts';
import type { Request } from '../../../src/engine/http.ts';
import type { Answer } from './replay.ts';

export interface Contents {
  readonly services?: readonly Service[];
  readonly tasks?: readonly Task[];
  readonly nodes?: readonly Node[];
  /** Answers of its own to some paths, by method and path without version: `GET /tasks`. Undefined: the usual one. */
  readonly special?: (call: string, request: Request) => Answer | undefined;
}

/** 2026-01-01T00:00:00Z, in microseconds since 1970. */
export const newYear = 1_767_225_600_000_000;
export const createdId = 'created000000000000000000';

const headers = { 'content-type': 'application/json' };
const pong: Answer = {
  status: 200,
  headers: { 'api-version': '1.50', ostype: 'linux', swarm: 'active/manager' },
};

export function json(body: unknown, status = 200): Answer {
  return { status, headers, body: JSON.stringify(body) };
}

export function refusal(status: number, message: string): Answer {
  return json({ message }, status);
}

export function cannedEngine({ services = [], tasks = [], nodes = [], special }: Contents) {
  return (request: Request): Answer => {
    if (request.target === '/_ping') return pong;
    const { pathname } = new URL(request.target, 'http://engine');
    const path = decodeURIComponent(pathname).replace(/^\/v1\.[0-9]+/, '');
    const own = special?.(`${request.method} ${path}`, request);
    if (own !== undefined) return own;
    const [, kind = '', ref = '', action] = path.split('/');
    if (request.method === 'DELETE') return { status: 200, headers: {} };
    if (request.method === 'POST') {
      return action === 'update' ? json({ Warnings: null }) : json({ ID: createdId, Warnings: null }, 201);
    }
    if (ref === '')
      return json(new Map<string, unknown>(Object.entries({ services, tasks, nodes })).get(kind) ?? []);
    const found = {
      services: services.find(({ ID, Spec }) => ID === ref || Spec.Name === ref),
      tasks: tasks.find(({ ID }) => ID === ref),
      nodes: nodes.find(({ ID, Description }) => ID === ref || Description.Hostname === ref),
    };
    const object = new Map<string, unknown>(Object.entries(found)).get(kind);
    return object === undefined ? refusal(404, `${kind.slice(0, -1)} ${ref} not found`) : json(object);
  };
}

const meta = { Version: { Index: 7 }, CreatedAt: '2026-01-01T00:00:00Z', UpdatedAt: '2026-01-01T00:00:00Z' };

/** The identifier is the name, filled up. */
export function service(
  name: string,
  change: Partial<Service> & { readonly spec?: Partial<Service['Spec']> } = {},
): Service {
  const { spec, ...rest } = change;
  return {
    ID: name.padEnd(25, '0'),
    ...meta,
    Spec: {
      Name: name,
      Labels: {},
      TaskTemplate: { ContainerSpec: { Image: 'nginx:1.25' }, Placement: {}, ForceUpdate: 0 },
      Mode: { Replicated: { Replicas: 1 } },
      EndpointSpec: { Mode: 'vip' },
      ...spec,
    },
    Endpoint: { Spec: {} },
    ServiceStatus: { RunningTasks: 1, DesiredTasks: 1, CompletedTasks: 0 },
    ...rest,
  };
}

export function task(
  id: string,
  of: Service,
  change: Partial<Omit<Task, 'Status'>> & { readonly state?: string; readonly error?: string } = {},
): Task {
  const { state = 'running', error, ...rest } = change;
  return {
    ID: id.padEnd(25, '0'),
    ...meta,
    Spec: of.Spec.TaskTemplate,
    ServiceID: of.ID,
    Slot: 1,
    NodeID: 'n1'.padEnd(25, '0'),
    Status: { Timestamp: '2026-01-01T00:00:00Z', State: state, Err: error, PortStatus: {} },
    DesiredState: 'running',
    Volumes: null,
    ...rest,
  };
}

export function node(name: string, state = 'ready'): Node {
  return {
    ID: name.padEnd(25, '0'),
    ...meta,
    Spec: { Labels: {}, Role: 'worker', Availability: 'active' },
    Description: { Hostname: name, Platform: {}, Resources: {}, Engine: {}, TLSInfo: {} },
    Status: { State: state, Addr: '10.0.0.1' },
  };
}
