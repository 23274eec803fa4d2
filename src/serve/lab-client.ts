#!/usr/bin/env node

// The `lab` command outside of the lab: sends its line to a `swarmlab serve`, so that a script runs under a real bash as it does inside.
// Part of the rim: a socket, the environment.

import { request } from 'node:http';
import process from 'node:process';
import { quoted } from '../lab/words.ts';
import { exitCodeHeader } from './lab-routes.ts';

/** The server that docker is told of. */
function server(): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', port = '2375'] =
    /^tcp:\/\/(\[[^\]]*\]|[^:/]+)(?::(\d+))?/.exec(process.env.DOCKER_HOST ?? '') ?? [];
  return { host, port: Number(port) };
}

const { host, port } = server();
const line = process.argv.slice(2).map(quoted).join(' ');
const sent = request({ host, port, method: 'POST', path: '/lab/command' }, (response) => {
  const exitCode = Number(response.headers[exitCodeHeader] ?? 1);
  response.pipe(exitCode === 0 ? process.stdout : process.stderr);
  response.on('end', () => {
    process.exitCode = exitCode;
  });
});
sent.on('error', () => {
  process.stderr.write(
    `lab: no swarmlab serves at ${host}:${port}: start it with swarmlab serve, or name it in DOCKER_HOST\n`,
  );
  process.exitCode = 1;
});
sent.end(line);
