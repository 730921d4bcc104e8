"""The purification network of Wan et al. (IEEE TMM 2022): from a low-light and a NIR-enlightened image to a lit one."""
