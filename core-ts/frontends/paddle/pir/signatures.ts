/**
 * Ops of Paddle 3's programs (PIR) and the ops of older programs that they are. PIR gives inputs and outputs by position and has some attributes as
 * inputs; a line names them: `name=older inputs -> outputs | attribute=older, attribute:value`. An input `@name` is a constant that was an
 * attribute, `_` is not needed; without inputs and outputs, X -> Out holds. From paddle/phi/ops/yaml/ops.yaml and op_compat.yaml.
 */
const LINES = `
abs; acos; asin; atan; ceil; celu; cos; cosh; elu; erf; exp; expm1; floor; gelu; log; log10; log1p; log2; log_softmax; logical_not; logit
logsigmoid; relu; relu6; reciprocal; rsqrt; selu; sigmoid; sign; silu; sin; sinh; softmax; softplus; softsign; sqrt; square; stanh; swish; tan; tanh
tanh_shrink; thresholded_relu; maxout; assign; share_data; flip; pixel_shuffle; pixel_unshuffle; channel_shuffle; round
hardshrink=hard_shrink; hardsigmoid=hard_sigmoid; hardswish=hard_swish; hardtanh=brelu; isfinite=isfinite_v2; isinf=isinf_v2; isnan=isnan_v2
leaky_relu | negative_slope=alpha
mish | lambda=threshold
softshrink | threshold=lambda
pow | y=factor
tril=tril_triu | lower:1
triu=tril_triu | lower:0
add=elementwise_add X Y; subtract=elementwise_sub X Y; multiply=elementwise_mul X Y; divide=elementwise_div X Y; elementwise_pow X Y
maximum=elementwise_max X Y; minimum=elementwise_min X Y; remainder=elementwise_mod X Y; floor_divide=elementwise_floordiv X Y
equal X Y; not_equal X Y; less_than X Y; less_equal X Y; greater_than X Y; greater_equal X Y; logical_and X Y; logical_or X Y; logical_xor X Y
atan2 X1 X2; bmm X Y; dot X Y; mv X Vec; einsum Operands; add_n=sum X; where Condition X Y; prelu X Alpha; scale X ScaleTensor; clip X Min Max
matmul=matmul_v2 X Y | transpose_x=trans_x, transpose_y=trans_y
addmm Input X Y | alpha=Alpha, beta=Beta
embedding=lookup_table_v2 Ids W
cumsum X AxisTensor
conv2d Input Filter -> Output; depthwise_conv2d Input Filter -> Output; conv3d Input Filter -> Output; conv3d_transpose Input Filter -> Output
conv2d_transpose Input Filter OutputSizeTensor -> Output; depthwise_conv2d_transpose Input Filter OutputSizeTensor -> Output
pool2d X @ksize
pool3d | kernel_size=ksize
max_pool2d_with_index X -> Out Mask | kernel_size=ksize
max_pool3d_with_index X -> Out Mask | kernel_size=ksize
batch_norm X Mean Variance Scale Bias -> Y | data_format=data_layout
batch_norm_=batch_norm X Mean Variance Scale Bias -> Y | data_format=data_layout
layer_norm X Scale Bias -> Y; instance_norm X Scale Bias -> Y
group_norm X Scale Bias -> Y | data_format=data_layout
p_norm
frobenius_norm X @dim
sum=reduce_sum X @dim | keepdim=keep_dim
mean=reduce_mean X @dim | keepdim=keep_dim
max=reduce_max X @dim | keepdim=keep_dim
min=reduce_min X @dim | keepdim=keep_dim
prod=reduce_prod X @dim | keepdim=keep_dim
all=reduce_all | axis=dim, keepdim=keep_dim
any=reduce_any | axis=dim, keepdim=keep_dim
amax=reduce_amax | axis=dim, keepdim=keep_dim
amin=reduce_amin | axis=dim, keepdim=keep_dim
logsumexp
argmax=arg_max X Axis; argmin=arg_min X Axis; argsort X -> Out Indices; topk=top_k_v2 X K -> Out Indices
cast | dtype=out_dtype
reshape=reshape2 X Shape; squeeze=squeeze2 X AxesTensor; unsqueeze=unsqueeze2 X AxesTensor; expand=expand_v2 X Shape; expand_as=expand_as_v2 X Y
transpose=transpose2 | perm=axis
flatten=flatten_contiguous_range; tile X RepeatTimes; meshgrid X; roll X ShiftsTensor
concat X AxisTensor; stack X -> Y; split X SectionsTensorList AxisTensor; split_with_num=split X AxisTensor; unbind; unstack X -> Y
shape Input; shape64=shape Input; numel=size Input
slice Input StartsTensor EndsTensor; strided_slice Input StartsTensor EndsTensor StridesTensor; crop X Shape Offsets
set_value_=set_value Input StartsTensor EndsTensor StepsTensorList; set_value_with_tensor_=set_value Input ValueTensor StartsTensor EndsTensor StepsTensorList
gather X Index Axis; gather_nd X Index; index_sample X Index; scatter X Ids Updates; scatter_nd_add X Index Updates
index_select X Index | axis=dim
take_along_axis Input Index -> Result | axis=Axis
nonzero=where_index Condition; masked_select X Mask -> Y
full=fill_constant _; full_with_tensor=fill_constant ValueTensor ShapeTensor; full_like=fill_any_like X @value; assign_value_=assign_value _
full_int_array=assign_value _ | value=values
arange=range Start End Step; linspace Start Stop Num; eye @num_rows @num_columns; one_hot=one_hot_v2 X depth_tensor
dropout X _ @dropout_prob | mode=dropout_implementation
nearest_interp=nearest_interp_v2 X OutSize SizeTensor Scale | data_format=data_layout
linear_interp=linear_interp_v2 X OutSize SizeTensor Scale | data_format=data_layout
bilinear_interp=bilinear_interp_v2 X OutSize SizeTensor Scale | data_format=data_layout
trilinear_interp=trilinear_interp_v2 X OutSize SizeTensor Scale | data_format=data_layout
bicubic_interp=bicubic_interp_v2 X OutSize SizeTensor Scale | data_format=data_layout
grid_sample=grid_sampler X Grid -> Output
pad X @pad_value
pad3d X Paddings | pad_value=value
rnn Input PreState WeightList SequenceLength _ -> Out _ State
yolo_box X ImgSize -> Boxes Scores; prior_box Input Image -> Boxes Variances; box_coder PriorBox PriorBoxVar TargetBox -> OutputBox
roi_align X ROIs RoisNum; multiclass_nms3 BBoxes Scores RoisNum -> Out Index NmsRoisNum
`;

export interface Signature {
  /** The op's name in older programs. */
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes by their names in PIR → those of older programs. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Attributes that tell ops apart which are one in older programs. */
  readonly fixed: ReadonlyMap<string, number>;
}

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

function parsed(text: string): [string, Signature] {
  const [call, attributes = ""] = text.split("|") as [string, string?];
  const [left, right = "Out"] = call.split("->") as [string, string?];
  const [names, ...inputs] = words(left) as [string, ...string[]];
  const [name, type = name] = names.split("=") as [string, string?];
  const changes = attributes.split(",").map((one) => one.trim());
  const pairs = (mark: string) =>
    changes.filter((one) => one.includes(mark)).map((one) => one.split(mark) as [string, string]);
  const signature = {
    type,
    inputs: inputs.length > 0 ? inputs : ["X"],
    outputs: words(right),
    renamed: new Map(pairs("=")),
    fixed: new Map(pairs(":").map(([key, value]) => [key, Number(value)])),
  };
  return [name, signature];
}

export const SIGNATURES: ReadonlyMap<string, Signature> = new Map(
  LINES.split(/[;\n]/)
    .filter((line) => line.trim() !== "")
    .map(parsed),
);
