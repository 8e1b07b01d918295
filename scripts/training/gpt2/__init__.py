"""GPT-2 and its training: model, kernels, data, schedule, checkpoints, head scores."""
