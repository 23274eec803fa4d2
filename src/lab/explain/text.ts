// An explanation as text for a terminal.

import { formatTime } from '../time.ts';
import { type Explanation, type ExplanationLink, listOf, type NodeRow, seconds } from './explanation.ts';

/** Lines: the explanation's line, its chain, the nodes if it has them, and what follows. */
export function explanationText(explanation: Explanation): string {
  const { line, chain, since, nodes, rule, next, ifOnly, youCan } = explanation;
  const tail = (label: string, text: string | undefined) => (text === undefined ? [] : [`${label} ${text}`]);
  return [
    line,
    ...chain.map((link) => `  ${linkText(link, since)}`),
    ...(nodes === undefined ? [] : tableText(nodes)),
    ...tail('Rule:', rule && `${rule.text} [${rule.tag} ${rule.reference}]`),
    ...tail('Next:', next),
    ...tail('If:', ifOnly),
    ...tail('You can:', youCan),
  ].join('\n');
}

function linkText({ at, sentence, root }: ExplanationLink, since: Explanation['since']): string {
  const after =
    since !== undefined && at > since.at ? ` (${seconds(at - since.at)} after ${since.what})` : '';
  return `${formatTime(at)}${after}  ${sentence}${root === undefined ? '' : ` [${root}]`}`;
}

function tableText(nodes: readonly NodeRow[]): string[] {
  const width = Math.max(4, ...nodes.map(({ node }) => node.length));
  const cells = (node: string, failures: string, service: string, all: string, verdict: string) =>
    `  ${node.padEnd(width)}  ${failures.padStart(8)}  ${service.padStart(7)}  ${all.padStart(3)}  ${verdict}`;
  return [
    cells('node', 'failures', 'service', 'all', 'verdict'),
    ...nodes.map(({ node, rejected, failures, serviceTasks, allTasks, chosen }) => {
      const verdict =
        rejected.length > 0 ? `rejected: ${listOf(rejected, 7)}` : chosen ? 'chosen' : 'qualifies';
      return cells(node, String(failures), String(serviceTasks), String(allTasks), verdict);
    }),
  ];
}
