/** All kernels of the tracing backend; importing this registers them. */
import './elementwise.ts';
import './reductions.ts';
import './shapes.ts';
import './indexing.ts';
import './matmul.ts';
import './fused.ts';
import { rejectOtherKernels } from '../backend.ts';

rejectOtherKernels();
