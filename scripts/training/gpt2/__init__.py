"""GPT-2 in plain PyTorch: model, data, schedule and checkpoints of the training script."""
