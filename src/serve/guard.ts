// Whom the server listens to: clients on this machine, and no web page that a browser here happens to show. A page cannot forge the Host and
// Origin headers: one that has had its own name resolve to this machine (DNS rebinding) still sends that name.

/** Why a request is refused; undefined when it is not. @param host and origin the headers, if they were sent */
export function refusal(host: string | undefined, origin: string | undefined): string | undefined {
  if (host === undefined || !isOurs(host)) {
    return `the Host header is ${JSON.stringify(host ?? '')}: this server answers to localhost and IP addresses alone`;
  }
  if (origin !== undefined && !isOurOrigin(origin, host)) {
    return `requests of the web page ${JSON.stringify(origin)} are refused`;
  }
  return undefined;
}

function isOurs(host: string): boolean {
  return /^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host);
}

function isOurOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}`;
}
