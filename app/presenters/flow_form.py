"""The form of a flow: its choices in words."""

from __future__ import annotations

from app.jobs.subject import Subject
from app.model.flow import SIDES, FlowSettings
from app.model.scene import view_of
from app.views.interface.flow import Setting
from app.views.interface.views import Choice
from app.views.text import scalar_names
from compute.flow.grid import closed
from compute.flow.modes import OF_MASS
from compute.flow.natural import is_known
from compute.manifold.manifold import Manifold

MODES = (
    Choice("rough", "Heat, covariant (rough)"),
    Choice("hodge", "Hodge–de Rham heat"),
    Choice("deformation", "Heat that preserves Killing fields"),
    Choice("scalar", "Heat of a mass density"),
    Choice("natural", "Natural gradient of mass to B"),
    Choice("sharpen", "⚠ Sharpening (backward)"),
    Choice("seed", "⚠ The literal equation"),
)
MODE_HINTS = {
    "rough": "∂A/∂t = ∇ⁱ∇ᵢA: the norm never increases.",
    "hodge": "∂A/∂t = ∇ⁱ∇ᵢA − K A = −(dδ + δd)A.",
    "deformation": "∂A/∂t = ∇ⁱ∇ᵢA + K A: Killing fields stay fixed, up to the grid’s error.",
    "scalar": "∂ρ/∂t = ∇ⁱ∇ᵢρ: mass is conserved, unless the boundary is held.",
    "natural": "∂ρ/∂t = ∇ⁱ(ρ ∂ᵢ KL(B‖θ)): straight to B in expectation coordinates, as e⁻ᵗ.",
    "sharpen": "∂A/∂t = −ΔA − εΔ²A: backward heat, regularised.",
    "seed": "∂A/∂t = −gⁱʲ(∂ᵢ∂ⱼA + Γᵢⱼ ∂ₗAˡ), taken literally in the family's own coordinates.",
}
BOUNDARIES = (
    Choice("neumann", "No flux (Neumann)"),
    Choice("dirichlet", "Held fixed (Dirichlet)"),
    Choice("periodic", "Periodic"),
)
BOUNDARY_HINTS = {
    "neumann": "Boundary condition: nothing flows across the edge of the grid.",
    "dirichlet": "Boundary condition: the field keeps its initial values at the edge of the grid.",
    "periodic": "Boundary condition: what leaves at one edge enters at the opposite one.",
}
SPEED_HINT = "Flow time t of one step; running, the flow makes up to 25 steps a second."
INITIAL = (
    Choice("dipole", "Source at A, sink at B"),
    Choice("transported", "The vector at A, transported"),
    Choice("natural", "Natural gradient to B"),
    Choice("gradient", "Gradient of a scalar"),
    Choice("rotation", "Killing field"),
    Choice("random", "Random"),
    Choice("head", "The head’s own field"),
    Choice("painted", "Painted (Alt and drag)"),
    Choice("file", "From a file…"),
)
MASS = (Choice("bump", "Mass around A"), Choice("file", "From a file…"))


def settings(subject: Subject) -> tuple[Setting, ...]:
    """Return the rows for a completed scene, without those that do not apply."""
    flow, manifold = subject.scene.flow, subject.manifold
    mass = flow.mode in OF_MASS
    initial = MASS if mass else _beginnings(manifold)
    rows = [
        Setting("flow.mode", "Equation", MODE_HINTS[flow.mode], flow.mode, _modes(manifold, flow)),
        Setting(
            "flow.boundary", "Boundary", BOUNDARY_HINTS[flow.boundary], flow.boundary,
            _edges(subject),
        ),
        Setting("flow.initial", "Initial field", "The field at t = 0.", flow.initial, initial),
    ]  # fmt: skip
    if flow.initial == "gradient" and not mass:
        scalars = tuple(Choice(s, scalar_names.words_of(s)) for s in manifold.scalars)
        mapped = Choice("", "Same as the map")
        rows.append(
            Setting(
                "flow.scalar",
                "Of",
                "The scalar whose gradient is the field.",
                flow.scalar,
                (mapped, *scalars),
            )
        )
    if flow.initial == "random":
        rows.append(
            Setting("flow.seed", "Seed", "Seed of the random numbers.", flow.seed, limits=(0, 9999))
        )
    rows += [
        Setting("flow.side", "Grid", "Number of nodes along each side.", flow.side, limits=SIDES),
        Setting("flow.pace", "Speed", SPEED_HINT, flow.pace, limits=(1e-12, 1.0)),
    ]
    return tuple(rows)


def words_of(flow: FlowSettings) -> tuple[str, str]:
    """Return the form's names for a flow's equation and its initial field."""
    named = {c.value: c.words for c in (*MODES, *INITIAL, *MASS)}
    mode = named[flow.mode].removeprefix("⚠ ").removesuffix(" (backward)")
    return mode, named[flow.initial].rstrip("…")


def _modes(manifold: Manifold, flow: FlowSettings) -> tuple[Choice, ...]:
    """Return the equations available for a family, always including the chosen one."""
    known = is_known(manifold) or flow.mode == "natural"
    return tuple(choice for choice in MODES if known or choice.value != "natural")


def _beginnings(manifold: Manifold) -> tuple[Choice, ...]:
    """Return the initial fields available for a family."""
    known = {"head": manifold.name == "attention", "natural": is_known(manifold)}
    return tuple(choice for choice in INITIAL if known.get(choice.value, True))


def _edges(subject: Subject) -> tuple[Choice, ...]:
    """Return the boundary conditions; periodic only for some charts, and always the current one."""
    flow, manifold, chart = subject.scene.flow, subject.manifold, subject.chart.plane
    without = {"dirichlet"} if flow.mode == "natural" else set()
    try:
        closed(manifold, chart, view_of(manifold, chart))
    except ValueError:
        without.add("periodic")
    return tuple(c for c in BOUNDARIES if c.value not in without - {flow.boundary})
