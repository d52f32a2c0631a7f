"""The kinds of files that are fuzzed, a subject a file: each states ``KINDS``."""
