export { type Contestant, type InterleaveOptions, interleave, median, type Timing } from './interleave.ts';
export { machineFigures, matmulPeakGflops, peakRssMb } from './machine.ts';
export {
  type Peer,
  type PeerPythonOptions,
  peerPackages,
  peerPython,
  type StartPeerOptions,
  startPeer,
} from './peers.ts';
export { benchNames, loadBench } from './registry.ts';
export {
  type BenchModule,
  type BenchOptions,
  type BenchReport,
  type BenchResult,
  createReport,
  formatReport,
} from './result.ts';
