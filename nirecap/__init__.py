"""nirecap: aligned low-light / near-infrared image pairs from cheap night-vision cameras."""

__version__ = "0.1.0"
