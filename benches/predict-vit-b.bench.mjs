// One prediction of a ViT-B masked autoencoder of 224 pixels on the CPU, in the browser, beside onnxruntime-web with one
// thread. Its weights are random, under the published names: time does not depend on them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from './native.mjs';
import { peer } from './peers.mjs';
import { onCpu } from './predictions.mjs';

mkdirSync(SCRATCH, { recursive: true });
const weights = join(SCRATCH, 'predict-vit-b.weights.safetensors');
peer('vit_b.py', weights);
await onCpu('predict-vit-b', 'ViT-B', { weights, warm: 2, turns: 15, limit: 0.8 });
