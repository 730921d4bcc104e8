"""Differences of neighbouring pixels as sparse matrices, and the systems that are made of them."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import cg, splu

Vector = NDArray[np.float64]
"""An image plane, row after row."""
Matrix = sparse.csr_array

DIRECT_UP_TO = 1_500_000
"""Unknowns; factors of larger systems would not fit the memory of a usual computer."""


def difference_matrices(shape: tuple[int, int]) -> tuple[Matrix, Matrix]:
    """Return C_x and C_y: to the right and downward neighbour minus itself, 0 in the last column and row.

    >>> right, down = difference_matrices((1, 3))
    >>> (right @ np.array([1.0, 4.0, 9.0])).tolist()
    [3.0, 5.0, 0.0]
    """
    height, width = shape
    right = sparse.kron(sparse.eye_array(height), _differences(width), format="csr")
    down = sparse.kron(_differences(height), sparse.eye_array(width), format="csr")
    return right, down


def _differences(length: int) -> Matrix:
    own = np.r_[-np.ones(length - 1), 0]
    return sparse.diags_array([own, np.ones(length - 1)], offsets=[0, 1], shape=(length, length), format="csr")


def diagonal(values: Vector) -> Matrix:
    """Return the matrix that multiplies pixel by pixel."""
    return sparse.diags_array(values, format="csr")


def solve(system: Matrix, right_side: Vector, guess: Vector, tolerance: float, iterations: int) -> Vector:
    """Solve a symmetric positive definite system by conjugate gradients with the Jacobi preconditioner.

    Args:
        system: n x n.
        right_side: n.
        guess: n; where to start from.
        tolerance: stop when the residual is that small, relative to the right side.
        iterations: stop after so many.
    """
    solution, _ = cg(system, right_side, guess, rtol=tolerance, maxiter=iterations, M=diagonal(1 / system.diagonal()))
    return np.asarray(solution, np.float64)


def solve_exactly(system: Matrix, right_side: Vector) -> Vector:
    """Solve a symmetric positive definite system, however badly conditioned, by a sparse factorisation.

    Beyond `DIRECT_UP_TO` unknowns it is `solve` of 1000 iterations from the right side.
    """
    if right_side.size > DIRECT_UP_TO:
        return solve(system, right_side, right_side, tolerance=1e-6, iterations=1000)
    symmetric = {"SymmetricMode": True}  # no pivoting, so that the factor stays as sparse as Cholesky's
    factors = splu(system.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0, options=symmetric)
    return np.asarray(factors.solve(right_side), np.float64)
