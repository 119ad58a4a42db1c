"""Muon: momentum whose matrix is made nearly orthogonal before it is applied."""
import torch


def orthogonalised(stack, steps=5):
    """Newton-Schulz iteration on a stack of matrices [n, rows, columns]; singular values end between about 0.7 and 1.2."""
    x = stack.bfloat16()
    transposed = x.shape[1] > x.shape[2]
    if transposed:
        x = x.transpose(1, 2)
    x = x / (x.float().norm(dim=(1, 2), keepdim=True) + 1e-7).bfloat16()
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.transpose(1, 2) if transposed else x).float()


class Muon(torch.optim.Optimizer):
    """For the hidden matrices only.  Matrices of one shape are treated together, which a CPU does far faster."""

    def __init__(self, matrices, lr=0.02, momentum=0.95, weight_decay=0.05):
        super().__init__(matrices, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = {}
            for matrix in group["params"]:
                by_shape.setdefault(tuple(matrix.shape), []).append(matrix)
            for (rows, columns), matrices in by_shape.items():
                updates = []
                for matrix in matrices:
                    state = self.state[matrix]
                    if "momentum" not in state:
                        state["momentum"] = torch.zeros_like(matrix)
                    momentum = state["momentum"].lerp_(matrix.grad, 1 - group["momentum"])
                    updates.append(matrix.grad.lerp(momentum, group["momentum"]))
                rate = group["lr"] * max(1.0, rows / columns) ** 0.5
                for matrix, update in zip(matrices, orthogonalised(torch.stack(updates))):
                    matrix.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-rate)
