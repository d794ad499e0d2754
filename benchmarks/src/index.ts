export { errors as benchErrors } from './errors.ts';
export { type Finished, type OnEvent, runChild } from './measure/child-process.ts';
export { type Contestant, type InterleaveOptions, interleave, median, type Timing } from './measure/interleave.ts';
export { machineFigures, matmulPeakGflops, peakRssMb } from './measure/machine.ts';
export { openAvailablePeers } from './peers/available.ts';
export { type EnvironmentOptions, peerPackages, peerPython } from './peers/environments.ts';
export { openPeer, type Peer, type PeerOptions, startPeer } from './peers/peer.ts';
export { benchNames, loadBench } from './registry.ts';
export {
  type BenchModule,
  type BenchOptions,
  type BenchReport,
  type BenchResult,
  createReport,
  formatReport,
} from './result.ts';
