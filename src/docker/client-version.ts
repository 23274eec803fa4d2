// What this client says of itself: it behaves as docker 28.2.2 does.

export const clientVersion = {
  Version: '28.2.2',
  GitCommit: 'e6534b4',
  GoVersion: 'go1.24.3',
  Os: 'linux',
  Arch: 'amd64',
  BuildTime: 'Fri May 30 12:07:14 2025',
} as const;
