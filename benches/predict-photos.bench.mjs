// One prediction of the shipped `photos` model on the CPU, in the browser, beside onnxruntime-web with one thread.
import { join } from 'node:path';
import { ROOT } from './native.mjs';
import { onCpu } from './predictions.mjs';

await onCpu('predict-photos', 'photos', { weights: join(ROOT, 'public', 'models', 'photos.safetensors'), warm: 20, turns: 150, limit: 0.7 });
