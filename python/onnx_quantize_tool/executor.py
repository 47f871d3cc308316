"""What an infer function gets."""
import threading

import numpy

from .connection import DTYPES


class ForwardError(ValueError):
    """What is wrong with the data given to executor.forward."""

    #: Number under which the other side keeps the error that this one is the text of.
    number = None


class Executor:
    """
    The model of this run: the float one first, then the quantized one. What `forward` returns is in real units either way.

    iteration, batch_size, dataset, save_dir, run_mode, user_defined_script: -i, -bs, -d, --save-dir, -r, -uds
    input_nodes: names of the inputs, in the order `forward` takes them
    output_node_list: names of what `forward` returns
    input_types: input name -> number of its type in ONNX (1 is float32)
    shape_dicts: name -> shape, filled by init_shape_info(); a dynamic dimension is a name or None
    input_configs_dict: "input-configs" of the run-config
    early_stop_flag: True when more data would change nothing
    gpu: False
    """

    def __init__(self, connection, facts):
        self._connection = connection
        self._lock = threading.Lock()
        self._shapes = facts.pop("shapes")
        self._nodes = facts.pop("nodes")
        self._types = facts.pop("dtypes")
        self._open = True
        self.shape_dicts = {}
        self.early_stop_flag = False
        self.__dict__.update(facts)

    def init_shape_info(self):
        """Fills shape_dicts."""
        self.shape_dicts = {name: list(shape) for name, shape in self._shapes.items()}

    def output_name_to_node_name(self):
        """Output name -> node name, of all nodes of the optimized model."""
        return dict(self._nodes)

    def forward(self, *inputs, **named):
        """Runs the model on one batch, one array an input. Returns the outputs, a list of arrays in the order of output_node_list."""
        if named:
            raise ForwardError(
                f"executor.forward got {', '.join(named)} by name; give one array an input, in the order of executor.input_nodes: {', '.join(self.input_nodes)}"
            )
        arrays = [self._array(i, one) for i, one in enumerate(inputs)]
        with self._lock:
            if not self._open:
                raise ForwardError("executor.forward was called after the infer function had returned")
            self._connection.send({"kind": "forward"}, arrays)
            answer, outputs = self._connection.receive()
        if answer["kind"] == "refused":
            error = ForwardError(answer["message"])
            error.number = answer["number"]
            raise error
        self.early_stop_flag = answer["early_stop"]
        return outputs

    def close(self):
        """Later calls of forward are refused."""
        with self._lock:
            self._open = False

    def _array(self, i, given):
        name = f'input "{self.input_nodes[i]}"' if i < len(self.input_nodes) else f"argument {i + 1}"
        if given is None or isinstance(given, (str, bytes, dict, set)):
            raise ForwardError(f"{name} is {type(given).__name__}, expected a numpy array; executor.forward takes one array an input")
        # A tensor of torch may hang on a graph of gradients.
        plain = given.detach().cpu() if hasattr(given, "detach") else given
        try:
            array = numpy.asarray(plain)
        except Exception as error:
            raise ForwardError(f"{name} is {type(given).__name__}, of which numpy makes no array: {error}") from error
        if array.dtype == numpy.float64 and isinstance(given, (list, tuple, float)) and i < len(self._types):
            array = array.astype(self._types[i] if self._types[i].startswith("float") else array.dtype)
        if array.dtype.name not in DTYPES:
            raise ForwardError(f"{name} is an array of {array.dtype}, expected numbers; are its rows of one length?")
        return array
