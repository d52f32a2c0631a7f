"""The GPU engine: device, composition of WGSL from files, and kernels; the only room that uses wgpu.

May import all of compute except engine and api, which alone may import it.
"""
