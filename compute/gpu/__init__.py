"""Everything that touches wgpu: the device, WGSL composed from files, kernels, and the GPU engine."""
