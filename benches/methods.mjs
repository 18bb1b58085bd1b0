// What the methods are set to where they are held against PyTorch: the same for both sides, so that nothing is left to
// either's defaults. Names are ours, as `darkroom methods NAME` prints them, a version behind them where it is not the first.

const COMMON = {
  size: 32,
  backbone: 'vit:96x2/4/8',
  projector: [256, 64],
  crop_scale: [0.2, 1],
  jitter: 0.5,
  blur: 0.5,
  batch: 64,
  steps: 600,
  optimiser: 'adamw',
  base_lr: 0.004,
  weight_decay: 0.05,
  warmup: 0.05,
  clip: 1,
  betas: [0.9, 0.95],
  momentum: 0.9,
  trust: 0.02,
};
const SGD = { optimiser: 'sgd', base_lr: 0.2, weight_decay: 0.0005 };
const LARS = { optimiser: 'lars', base_lr: 0.4, weight_decay: 0.000001 };
const SMALL_VIEWS = { local_views: 2, local_size: 16 };
const TEACHER = { teacher_momentum: 0.97, rising: true };

const OWN = {
  simclr: { temperature: 0.2 },
  moco: { ...SGD, temperature: 0.2, queue: 1024, teacher_momentum: 0.97, rising: false },
  'moco-v3': { ...TEACHER, queue: 0, temperature: 0.2, predictor: [256, 64] },
  instdisc: { projector: [64], temperature: 0.2, negatives: 0, bank_momentum: 0.5 },
  pirl: { projector: [64], temperature: 0.5, negatives: 1024, lambda: 0.5, bank_momentum: 0.5 },
  nnclr: { temperature: 0.2, queue: 1024, predictor: [256, 64] },
  byol: { ...TEACHER, predictor: [256, 64] },
  simsiam: { projector: [256, 256, 256], predictor: [64, 256] },
  dino: {
    ...TEACHER,
    ...SMALL_VIEWS,
    crop_scale: [0.4, 1],
    local_crop: [0.05, 0.4],
    prototypes: 512,
    student_temperature: 0.1,
    teacher_temperature: 0.04,
    warm_temperature: 0.07,
    temperature_warmup: 0.3,
    centre_momentum: 0.9,
    freeze_last: 0.02,
  },
  ijepa: {
    ...TEACHER,
    backbone: 'vit:64x2/4/4',
    projector: [],
    crop_scale: [0.3, 1],
    jitter: 0,
    blur: 0,
    predictor_dim: 48,
    predictor_depth: 2,
    predictor_heads: 4,
    targets: 4,
    context_scale: [0.85, 1],
    target_scale: [0.15, 0.2],
    target_aspect: [0.75, 1.5],
    least_context: 10,
  },
  barlow: { lambda: 0.0051, scale: 0.1 },
  vicreg: { invariance: 25, variance: 25, covariance: 1 },
  lejepa: { projector: [256, 32], crop_scale: [0.3, 1], views: 2, lambda: 0.02, slices: 256 },
  swav: {
    ...SMALL_VIEWS,
    crop_scale: [0.14, 1],
    local_crop: [0.05, 0.14],
    prototypes: 64,
    temperature: 0.1,
    epsilon: 0.05,
    queue: 256,
    queue_from: 0.15,
    freeze_prototypes: 0.01,
  },
  deepcluster: { clusters: 64, clusterings: 3, temperature: 0.1, iterations: 10 },
  supcon: { ...LARS, temperature: 0.1 },
  supervised: { ...SGD, projector: [10], jitter: 0, blur: 0 },
  siamese: {},
  untrained: { weight_decay: 0 },
};

/** The methods that have a peer. */
export const METHODS = Object.keys(OWN);

/** What `darkroom train` calls it: a version is a setting there. */
export const named = (method) => method.replace(/-v\d$/, '');

/** Everything that a method is set to. */
export const settings = (method) => ({ ...COMMON, ...OWN[method] });

const typed = (value) => (Array.isArray(value) ? value.join(',') || 'none' : String(value));

/** The same as `darkroom train` takes it. */
export const words = (method) => Object.entries(settings(method)).flatMap(([name, value]) => ['--set', `${name}=${typed(value)}`]);
