// The faces: engines behind sockets, beside a bare server that sends the same bytes, and a script of docker commands in the lab.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../src/cluster/client.ts';
import { Session } from '../../src/lab/session.ts';
import { runScript } from '../../src/lab/shell/script.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { minute } from '../../src/model/duration.ts';
import { Pacer } from '../../src/serve/pacer.ts';
import { createEngineServer } from '../../src/serve/server.ts';
import type { BenchRow } from './heap.ts';

const services = 1_000;
const connections = 50;
/** How long requests are sent, milliseconds. */
const sendTime = 3_000;
const commands = 100;
/** Milliseconds a script of so many commands may take. */
const scriptBudget = 2_000;

export async function benchServe(): Promise<BenchRow[]> {
  const script = await timeScript();
  const session = new Session({ seed: 'bench', cluster: { managers: 3, workers: 3 }, fresh: false });
  const client = new Client(session.swarm, 'manager1');
  for (let i = 0; i < services; i++) {
    client.createService(serviceSpec({ name: `web${i}`, image: 'nginx', replicas: 1 }));
  }
  session.swarm.advance(minute);
  const pacer = new Pacer(session, 1);
  const broken = pacer.run();
  broken.catch(() => {});
  const engine = await listen(createEngineServer(session, pacer));

  const list = '/v1.50/services?status=true';
  const bare = await listen(bareServer(await get(engine.port, list)));
  const [listTime, bareListTime] = [await typicalTime(engine.port, list), await typicalTime(bare.port, list)];
  bare.server.close();

  const nodes = '/v1.50/nodes';
  const bareNodes = await listen(bareServer(await get(engine.port, nodes)));
  const rate = await requestRate(engine.port, nodes);
  const bareRate = await requestRate(bareNodes.port, nodes);
  bareNodes.server.close();
  pacer.stop();
  engine.server.closeAllConnections();
  engine.server.close();
  return [
    {
      name: `serve: docker service ls, ${services} services`,
      figure: `${listTime.toFixed(1)} ms`,
      ratio: `${(listTime / bareListTime).toFixed(1)} x a bare server`,
      budget: '-',
      met: true,
    },
    {
      name: `serve: GET /nodes at ${connections} connections`,
      figure: `${Math.round(rate)} a second`,
      ratio: `${(rate / bareRate).toFixed(2)} of a bare server`,
      budget: '-',
      met: true,
    },
    {
      name: `script: ${commands} docker commands`,
      figure: `${script.toFixed(0)} ms`,
      ratio: '-',
      budget: `under ${scriptBudget} ms`,
      met: script < scriptBudget,
    },
  ];
}

async function timeScript(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'swarmlab-bench-'));
  const file = join(folder, 'hundred.sh');
  writeFileSync(file, `for i in $(seq ${commands}); do docker service ls > /dev/null; done\n`);
  const begun = performance.now();
  const { exitCode } = await runScript(file, { seed: '1', out: () => {}, err: () => {} });
  const time = performance.now() - begun;
  rmSync(folder, { recursive: true });
  if (exitCode !== 0) throw new Error('the script failed');
  return time;
}

function bareServer(body: string): Server {
  return createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
  });
}

async function listen(server: Server): Promise<{ readonly server: Server; readonly port: number }> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

function get(port: number, path: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, ...(agent && { agent }) }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** The median of twenty requests, one after the other, milliseconds. */
async function typicalTime(port: number, path: string): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let i = 0; i < 25; i++) {
    const begun = performance.now();
    await get(port, path, agent);
    times.push(performance.now() - begun);
  }
  agent.destroy();
  return times.slice(5).sort((a, b) => a - b)[10] ?? 0;
}

async function requestRate(port: number, path: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + sendTime;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      await get(port, path, agent);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  return (answered * 1_000) / sendTime;
}
