/** Fields of a layer that say nothing of its answer, or were read where the net was put together. */
const GENERAL = [
  ...["name", "type", "bottom", "top", "phase", "include", "exclude"],
  ...["loss_weight", "param", "blobs", "propagate_down", "blobs_lr", "weight_decay", "blob_share_mode"],
];

/** Messages of parameters in caffe.proto and SSD's, without "_param"; a layer may carry those of other types, and Caffe ignores them. */
const PARAMETERS = [
  ...[
    "accuracy",
    "annotated_data",
    "argmax",
    "batch_norm",
    "bias",
    "clip",
    "concat",
    "contrastive_loss",
    "convolution",
  ],
  ...[
    "crop",
    "data",
    "detection_evaluate",
    "detection_output",
    "dropout",
    "dummy_data",
    "eltwise",
    "elu",
    "embed",
    "exp",
  ],
  ...[
    "flatten",
    "hdf5_data",
    "hdf5_output",
    "hinge_loss",
    "image_data",
    "infogain_loss",
    "inner_product",
    "input",
    "log",
  ],
  ...[
    "loss",
    "lrn",
    "memory_data",
    "multibox_loss",
    "mvn",
    "norm",
    "parameter",
    "permute",
    "pooling",
    "power",
    "prelu",
  ],
  ...[
    "prior_box",
    "python",
    "recurrent",
    "reduction",
    "relu",
    "reshape",
    "scale",
    "sigmoid",
    "slice",
    "softmax",
    "spp",
  ],
  ...["swish", "tanh", "threshold", "tile", "transform", "video_data", "window_data"],
];

/** Fields that a layer may have without its type reading them. Any other is misspelt, or of a fork that is not known here. */
export const LAYER_FIELDS: ReadonlySet<string> = new Set([
  ...GENERAL,
  ...PARAMETERS.map((name) => `${name}_param`),
]);

/** Fields of the net itself. */
export const NET_FIELDS: ReadonlySet<string> = new Set([
  ...[
    "name",
    "input",
    "input_shape",
    "input_dim",
    "layer",
    "layers",
    "state",
    "force_backward",
    "debug_info",
  ],
]);
