"""Registries to which a user script adds its functions by decorators."""


class Registry:
    """Functions by name."""

    def __init__(self, kind):
        self.kind = kind
        self.functions = {}

    def register(self, name=None):
        """Decorator: `@pytorch_model.register("resnet18")`; without a name, the function's own."""

        def add(function):
            key = name or function.__name__
            if key in self.functions and self.functions[key] is not function:
                raise ValueError(f'{self.kind} "{key}" is registered twice')
            self.functions[key] = function
            return function

        if callable(name):
            function, name = name, None
            return add(function)
        return add

    def get(self, name):
        return self.functions.get(name)


pytorch_model = Registry("model")
onnx_infer_func = Registry("infer function")
