"""What frameworks answer. Each function takes the request and arrays by the names of the inputs, and returns the answers in the order of its outputs.

On the CPU: what graphics cards compute is less exact. No optimization that a framework could be without: they are for speed, and may be wrong.
"""
import os

SAVED_MODEL = "saved_model.pb"
#: First byte of a SavedModel: its version number; a GraphDef begins with a node.
VERSION_FIELD = b"\x08"


def saved_model_folder(path):
    """The folder of a SavedModel, given as such or as its file; None for a frozen graph."""
    if os.path.isdir(path):
        return path
    with open(path, "rb") as file:
        is_saved = file.read(1) == VERSION_FIELD
    return os.path.dirname(os.path.abspath(path)) if is_saved else None


def tensorflow(request, inputs):
    import tensorflow
    from tensorflow.core.protobuf import saved_model_pb2

    v1 = tensorflow.compat.v1
    folder = saved_model_folder(request["model"])
    with tensorflow.Graph().as_default(), v1.Session() as session:
        if folder is None:
            graph = v1.GraphDef()
            with open(request["model"], "rb") as file:
                graph.ParseFromString(file.read())
            v1.import_graph_def(graph, name="")
        else:
            saved = saved_model_pb2.SavedModel()
            with open(os.path.join(folder, SAVED_MODEL), "rb") as file:
                saved.ParseFromString(file.read())
            v1.saved_model.load(session, saved.meta_graphs[0].meta_info_def.tags, folder)
        return session.run(request["outputs"], inputs)


def paddle(request, inputs):
    from paddle import inference

    model, weight = request["model"], request.get("weight")
    # Without a file of parameters each has one of its own, beside a model called __model__.
    config = inference.Config(model, weight) if weight else inference.Config(os.path.dirname(os.path.abspath(model)))
    config.disable_gpu()
    config.switch_ir_optim(False)
    if hasattr(config, "disable_mkldnn"):
        config.disable_mkldnn()
    predictor = inference.create_predictor(config)
    for name, array in inputs.items():
        handle = predictor.get_input_handle(name)
        handle.reshape(array.shape)
        handle.copy_from_cpu(array)
    predictor.run()
    return [predictor.get_output_handle(name).copy_to_cpu() for name in predictor.get_output_names()]


def pytorch(request, inputs):
    import torch
    from torch.utils import _pytree as tree

    exported = torch.export.load(request["model"])
    given = [torch.from_numpy(array.copy()) for array in inputs.values()]
    args, kwargs = tree.tree_unflatten(given, exported.call_spec.in_spec)
    with torch.no_grad():
        answers = exported.module()(*args, **kwargs)
    return [one.detach().cpu().numpy() for one in tree.tree_leaves(answers) if isinstance(one, torch.Tensor)]


def caffe(request, inputs):
    import caffe

    caffe.set_mode_cpu()
    weight = request.get("weight")
    net = caffe.Net(request["model"], weight, caffe.TEST) if weight else caffe.Net(request["model"], caffe.TEST)
    for name, array in inputs.items():
        net.blobs[name].reshape(*array.shape)
    net.reshape()
    for name, array in inputs.items():
        net.blobs[name].data[...] = array
    net.forward()
    return [net.blobs[name].data.copy() for name in request["outputs"]]


#: By what -f takes: the package, and what runs a model in it.
FRAMEWORKS = {
    "tensorflow": ("tensorflow", tensorflow),
    "paddle": ("paddle", paddle),
    "pytorch": ("torch", pytorch),
    "caffe": ("caffe", caffe),
}
