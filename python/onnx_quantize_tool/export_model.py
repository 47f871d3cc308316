"""Builds a model of a user script and exports it to ONNX: python -m onnx_quantize_tool.export_model FOLDER, with FOLDER/request.json.

Writes model.onnx, reference.npz (inputs, and what torch answers) and version.txt to FOLDER, or error.json: {"message", "trace"}.
"""
import inspect
import json
import os
import sys
import traceback
import warnings

from onnx_quantize_tool.lifetime import die_with_parent
from onnx_quantize_tool.script import load_script

OPSET = 14
SEED = 20240501
MISSING = {
    "torch": "install PyTorch into this Python: {python} -m pip install torch",
    "numpy": "install numpy into this Python: {python} -m pip install numpy",
    "onnx": "torch.onnx.export needs it: {python} -m pip install onnx",
    "onnxscript": "torch.onnx.export of this torch needs it: {python} -m pip install onnxscript",
}


class Wrong(Exception):
    """What the user can put right; its text is all that is shown."""


def build(name, script, weight):
    from onnx_quantize_tool.common.register import pytorch_model

    load_script(script)
    function = pytorch_model.get(name)
    if function is None:
        known = ", ".join(pytorch_model.functions) or "none"
        raise Wrong(f'{script} registers no model "{name}", it registers {known}; -m must be the name given to @pytorch_model.register')
    made = function(weight) if weight is not None else function()
    if isinstance(made, (tuple, list)) and len(made) == 2:
        made = {"model": made[0], "inputs": made[1]}
    if not isinstance(made, dict) or "model" not in made or "inputs" not in made:
        raise Wrong(f'"{name}" of {script} returns {type(made).__name__}, expected a dictionary with "model" and "inputs"')
    return made


def names_of(axes, count, given, one, name):
    """Names of inputs or outputs: those given, else the keys of the dynamic axes, else one, or one0, one1, ..."""
    names = list(given or (axes or {}).keys())
    if len(names) == count:
        return names
    if given:
        raise Wrong(f'"{name}" gives {len(names)} {one} names, and the model has {count} {one}s')
    return [one] if count == 1 else [f"{one}{i}" for i in range(count)]


def flat(values):
    import torch

    if isinstance(values, torch.Tensor):
        return [values]
    if isinstance(values, dict):
        values = values.values()
    return [leaf for one in values for leaf in flat(one)] if isinstance(values, (tuple, list)) or hasattr(values, "__iter__") else []


def bound(model, arguments):
    """The model with the arguments that are no tensors fixed."""
    import torch

    if not arguments:
        return model
    known = inspect.signature(model.forward).parameters
    unknown = [key for key in arguments if key not in known and not any(p.kind == p.VAR_KEYWORD for p in known.values())]
    if unknown:
        raise Wrong(f"concrete_args names {', '.join(unknown)}, which forward does not take; it takes {', '.join(known)}")

    class Bound(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *inputs):
            return self.model(*inputs, **arguments)

    return Bound().eval()


def export(model, inputs, file, names, axes):
    """By the exporter that traces; by the newer one where it has gone."""
    import torch

    settings = {"opset_version": OPSET, "input_names": names[0], "output_names": names[1], "dynamic_axes": axes or None}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        settings["dynamo"] = False
    with warnings.catch_warnings():
        # The exporter's own words on its age and on tracing are not for the user.
        warnings.simplefilter("ignore")
        try:
            torch.onnx.export(model, tuple(inputs), file, **settings)
        except (TypeError, AttributeError):
            settings.pop("dynamo", None)
            settings["opset_version"] = 18
            torch.onnx.export(model, tuple(inputs), file, **settings)


def seeded(inputs):
    """Normal values for floats; integers, which may be indices, as the script gives them."""
    import torch

    generator = torch.Generator().manual_seed(SEED)
    return [torch.randn(one.shape, generator=generator).to(one.dtype) if one.is_floating_point() else one for one in inputs]


def run(folder, request):
    name, script, weight = request["name"], request["script"], request.get("weight")
    made = build(name, script, weight)
    import torch

    from onnx_quantize_tool.arrays import save_arrays

    model, inputs = made["model"].cpu().eval(), made["inputs"]
    inputs = [one.detach().cpu() for one in (inputs if isinstance(inputs, (list, tuple)) else [inputs])]
    model = bound(model, made.get("concrete_args"))
    given = seeded(inputs)
    with torch.no_grad():
        answers = flat(model(*(one.clone() for one in given)))
    axes_in, axes_out = made.get("dynamic_axes_inputs") or {}, made.get("dynamic_axes_outputs") or {}
    names = (
        names_of(axes_in, len(inputs), made.get("input_names"), "input", name),
        names_of(axes_out, len(answers), made.get("output_names"), "output", name),
    )
    unknown = [key for key in axes_in if key not in names[0]] + [key for key in axes_out if key not in names[1]]
    if unknown:
        raise Wrong(f'dynamic axes of "{name}" are given for {", ".join(unknown)}; the inputs are {", ".join(names[0])}, the outputs {", ".join(names[1])}')
    with torch.no_grad():
        export(model, inputs, os.path.join(folder, "model.onnx"), names, {**axes_in, **axes_out})
    arrays = {**{key: one.numpy() for key, one in zip(names[0], given)}, **{key: one.numpy() for key, one in zip(names[1], answers)}}
    save_arrays(os.path.join(folder, "reference.npz"), arrays)
    with open(os.path.join(folder, "version.txt"), "w", encoding="utf-8") as file:
        file.write(torch.__version__)


def explained(error):
    """The error in words, and its trace where the script's own code raised it."""
    if isinstance(error, Wrong):
        return str(error), ""
    if isinstance(error, ModuleNotFoundError) and error.name in MISSING:
        remedy = MISSING[error.name].format(python=sys.executable)
        return f"{error.name} is not installed for {sys.executable}; {remedy}, or give another Python with --python FILE", ""
    return f"{type(error).__name__}: {error}", "".join(traceback.format_exception(type(error), error, error.__traceback__))


def main():
    die_with_parent()
    folder = sys.argv[1]
    with open(os.path.join(folder, "request.json"), encoding="utf-8") as file:
        request = json.load(file)
    try:
        run(folder, request)
    except BaseException as error:  # sys.exit in a script as well
        message, trace = explained(error)
        with open(os.path.join(folder, "error.json"), "w", encoding="utf-8") as file:
            json.dump({"message": message, "trace": trace}, file)
        sys.stdout.flush()
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # A daemon thread waits for input: leave without waiting for it.
    os._exit(code)
