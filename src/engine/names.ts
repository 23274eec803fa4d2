// Names for services that are given none: an adjective and the name of somebody who found something out.

import type { Engine } from './node.ts';

const adjectives = (
  'able amber bold brave brisk calm clear clever cosy daring deft eager early exact fair fine firm fond frank fresh gentle glad ' +
  'golden grand happy hardy honest humble keen kind lively loyal lucid merry mild modest neat noble open patient plain proud quick ' +
  'quiet ready rosy sharp silent sleek solid steady still sunny swift tidy vivid warm wise witty young'
).split(' ');
const people = (
  'abel ampere avogadro babbage bernoulli bohr boole born bose cantor carnot cauchy chandra cori coulomb crick curie dalton darwin ' +
  'dirac edison einstein erdos euclid euler faraday fermat fermi feynman fourier franklin galois gauss germain goedel goodall hahn ' +
  'hamilton hertz hilbert hooke hopper hubble huygens joule kepler kirchhoff lagrange lamport laplace leibniz lovelace maxwell ' +
  'meitner mendel mirzakhani newton noether ohm pascal pasteur pauli planck poincare ramanujan riemann ritchie rutherford sagan ' +
  'shannon tesla thompson turing volta watt wiles yukawa'
).split(' ');

/** Decided by the run and the moment alone, so that the same run gives the same names. */
export function randomName({ swarm, host }: Engine): string {
  const { seed, now, handled } = swarm.world;
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${host}/${now}/${handled}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  const number = hash >>> 0;
  const adjective = adjectives[number % adjectives.length] ?? '';
  const person = people[Math.floor(number / adjectives.length) % people.length] ?? '';
  return `${adjective}_${person}`;
}
