// The encoders that SimCLR's bare training step is timed with, as ours and as the peer's spelling has them, at 32 px.
export const ENCODERS = [
  { name: 'ResNet-18 (CIFAR stem)', ours: 'resnet18-cifar', theirs: 'resnet18-cifar' },
  { name: 'ViT-tiny, patch 4', ours: 'vit-tiny/4', theirs: 'vit:192x12/3/4' },
];

/** The learning rate of the preset `cifar` at such a batch. */
export const rate = (batch) => (0.12 * batch) / 256;
