// What stands for the swarm's certificates. Nothing is signed here: they are texts of the right form that the root's digest decides.

import { digestInHex } from '../../model/ids.ts';
import type * as api from '../api.ts';

/** The subject `CN=swarm-ca`, as every swarm has it. */
const subject = 'MBMxETAPBgNVBAMTCHN3YXJtLWNh';
/** How the public key of a P-256 pair begins; the two coordinates follow. */
const publicKeyHead = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE';
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const lineLength = 64;
/** Of a certificate in base 64. */
const certificateLength = 5 * lineLength;

/** Equal for equal digests alone. */
export function toTlsInfo(rootCaDigest: string): api.TlsInfo {
  const lines: string[] = [];
  const certificate = characters(rootCaDigest, 'certificate', certificateLength);
  for (let at = 0; at < certificate.length; at += lineLength)
    lines.push(certificate.slice(at, at + lineLength));
  return {
    TrustRoot: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    CertIssuerSubject: subject,
    // 64 bytes, the last character of which carries 4 bits alone.
    CertIssuerPublicKey: `${publicKeyHead}${characters(rootCaDigest, 'key', 85)}A==`,
  };
}

/** Characters of base 64 that the digest and `what` decide. */
function characters(rootCaDigest: string, what: string, length: number): string {
  const digest = `${what}/${digestInHex(rootCaDigest)}`;
  let text = '';
  let state = 0x811c9dc5;
  for (let round = 0; text.length < length; round++) {
    state = Math.imul(state ^ digest.charCodeAt(round % digest.length) ^ round, 0x01000193);
    text += base64.charAt((state >>> 13) & 63);
  }
  return text;
}
