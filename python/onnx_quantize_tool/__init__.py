"""What user scripts import: registries for models and infer functions. Knight Quant puts this package on the path of the user's own Python."""
