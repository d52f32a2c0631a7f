"""Everything that touches wgpu: the device, WGSL composed from files, kernels, and the GPU engine.

May import everything of compute but engine and api, which alone may import it.
"""
