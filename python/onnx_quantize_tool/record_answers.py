"""Records what a framework answers: python -m onnx_quantize_tool.record_answers FOLDER, with FOLDER/request.json and FOLDER/inputs.npz.

The request: {"framework", "model", "weight", "inputs": [name], "outputs": [name]}. Writes answers.npz, by the names of the outputs, and result.json to
FOLDER: {"package", "version"}, with "refused" where the framework did not run the model; {"missing": package} where there is no such package.
What the framework prints goes to log.txt there.
"""
import importlib.util
import json
import os
import sys

from onnx_quantize_tool.lifetime import die_with_parent


def is_installed(package):
    """Without importing it, which takes seconds. A folder that happens to be called so is no package."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None


def in_words(error):
    """In one line: its type, and its own words where a framework puts its stack before them."""
    lines = [line.strip() for line in str(error).split("Error Message Summary:")[-1].splitlines()]
    told = [line for line in lines if line.strip("-=")]
    return ": ".join([type(error).__name__, *told[:1]])


def record(folder, request, run):
    import numpy

    from onnx_quantize_tool.arrays import save_arrays

    with numpy.load(os.path.join(folder, "inputs.npz")) as stored:
        inputs = {name: stored[name] for name in request["inputs"]}
    answers, outputs = run(request, inputs), request["outputs"]
    if len(answers) != len(outputs):
        raise ValueError(f"it has {len(answers)} outputs, and the converted model has {len(outputs)}")
    save_arrays(os.path.join(folder, "answers.npz"), dict(zip(outputs, answers)))


def tried(folder, request):
    from onnx_quantize_tool.frameworks import FRAMEWORKS

    package, run = FRAMEWORKS[request["framework"]]
    if not is_installed(package):
        return {"missing": package}
    print(f"comparing with {package} of {sys.executable}, which may take a while", flush=True)
    log = os.open(os.path.join(folder, "log.txt"), os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # Before a framework is imported: no graphics card is looked for.
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    result = {"package": package}
    try:
        record(folder, request, run)
    except BaseException as error:  # sys.exit in a package as well
        result["refused"] = in_words(error)
    result["version"] = str(getattr(sys.modules.get(package), "__version__", ""))
    return result


def main():
    die_with_parent()
    # With -m the folder we were started in stands first, whose modules are not to be found.
    if sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    folder = sys.argv[1]
    with open(os.path.join(folder, "request.json"), encoding="utf-8") as file:
        request = json.load(file)
    result = tried(folder, request)
    with open(os.path.join(folder, "result.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # The thread that waits for our input to end, and those of frameworks, are not waited for.
    os._exit(0)
