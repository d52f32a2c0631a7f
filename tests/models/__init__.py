"""Tests of real models, which need PyTorch and transformers: ``make test-models``."""
