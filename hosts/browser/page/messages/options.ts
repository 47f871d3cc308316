/** Names of options and groups on the page. What is missing here (an option that is new) goes by its own name. */
type Names = Readonly<Record<string, string>>;

const english: Names = {
  chip: "Chip",
  framework: "Framework",
  "infer-func": "Infer function",
  iteration: "Batches to run",
  "cache-distribution": "Calibration cache",
  "batch-size": "Batch size",
  "ir-batch": "Batch of the result",
  "bit-width": "Bits",
  "quant-mode": "Observer",
  percent: "Percentile",
  "lut-len": "Table length",
  "layer-threshold": "LayerNormalization range",
  "unify-input-scale": "Unify input scales",
  "quantize-input-dtype": "Input type",
  mean: "Mean",
  std: "Standard deviation",
  "output-name": "Outputs",
  exclude: "Nodes that stay float",
  ir: "Form of the result",
  "output-dequant": "Outputs in real units",
  dump: "Every layer's output",
  "generate-scale-json": "Scale file",
  "load-scale-json": "Scales from a file",
  "mix-config": "Mixed precision file",
  "auto-mix-strategy": "Strategy",
  "auto-mix-ratio": "Share of 8 bit",
  "cpu-num": "CPU threads",
  Model: "Model",
  Data: "Data",
  Precision: "Precision",
  "Mixed precision": "Mixed precision",
  Output: "Output",
  Run: "Run",
  Calibration: "Calibration",
  "Float model": "Float model",
  Evaluation: "Evaluation",
  Inference: "Inference",
};

const chinese: Names = {
  chip: "芯片",
  framework: "模型框架",
  "infer-func": "推理函数",
  iteration: "批次数",
  "cache-distribution": "校准缓存",
  "batch-size": "批大小",
  "ir-batch": "输出模型的批大小",
  "bit-width": "位宽",
  "quant-mode": "量化方法",
  percent: "百分位",
  "lut-len": "查找表长度",
  "layer-threshold": "LayerNormalization 阈值",
  "unify-input-scale": "统一输入缩放系数",
  "quantize-input-dtype": "输入数据类型",
  mean: "均值",
  std: "标准差",
  "output-name": "输出节点",
  exclude: "保持浮点的节点",
  ir: "输出形式",
  "output-dequant": "输出反量化",
  dump: "导出各层输出",
  "generate-scale-json": "输出缩放系数文件",
  "load-scale-json": "载入缩放系数文件",
  "mix-config": "混合精度配置",
  "auto-mix-strategy": "自动混合策略",
  "auto-mix-ratio": "自动混合比例",
  "cpu-num": "CPU 线程数",
  Model: "模型",
  Data: "数据",
  Precision: "精度",
  "Mixed precision": "混合精度",
  Output: "输出",
  Run: "运行",
  Calibration: "校准",
  "Float model": "浮点模型",
  Evaluation: "评估",
  Inference: "推理",
};

export const NAMES = { en: english, zh: chinese } as const;

/** "quant-mode" → "Quant mode". */
function spelled(name: string): string {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What an option, a group of options or a stage of a job is called. */
export function nameOf(name: string, language: keyof typeof NAMES): string {
  return NAMES[language][name] ?? spelled(name);
}
