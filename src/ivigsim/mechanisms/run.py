"""The main door to attribution: a treatment in, each mechanism's share of the platelet rise out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ivigsim.checks import check_whole
from ivigsim.errors import InputError, plain, unknown
from ivigsim.mechanisms.attribution import Attribution, Sums
from ivigsim.mechanisms.game import play, runs
from ivigsim.model.parameters import switches as default_switches
from ivigsim.patients.population import Population
from ivigsim.request import prepare

DEFAULT_MECHANISMS = (
    "fc_gamma_blockade",
    "fcrn_saturation",
    "phagocyte_standdown",
    "anti_idiotype",
    "regulatory_t_cells",
    "megakaryocyte_suppression",
)
"""What is discussed as the ways in which IVIG acts; the other switches are how the model closes its loops."""

MOST_EXACT = 6
PERMUTATIONS = 16
CHUNK = 256
"""Patients per unit of work: each is simulated tens of times, so that a unit takes about a second."""


class AttributionFailed(RuntimeError):
    """No patient finished, so there is nothing to report."""


def explain(
    treatment: Any,
    *,
    mechanisms: Sequence[str] = DEFAULT_MECHANISMS,
    population: str | Population = "adult-chronic",
    patients: int = 1000,
    seed: int = 1,
    days: int = 35,
    covariates: Mapping[str, object] | None = None,
    switches: Mapping[str, bool] | None = None,
    permutations: int | None = None,
    tolerance: float = 1e-6,
    allow_extreme: bool = False,
    threads: int | None = None,
    chunk: int | None = None,
) -> Attribution:
    """Split the platelet rise under a treatment among mechanisms, as Shapley values over their switches.

    The same virtual patients are simulated with every set of mechanisms on and the others off. A mechanism's
    contribution is its mean effect on the count over all orders in which the mechanisms can be turned on.

    Parameters
    ----------
    treatment : str, list of str, Regimen or event table
        As for `ivigsim.simulate`, but not untreated.
    mechanisms : sequence of str
        Switches to split the rise among; `ivigsim switches` lists them. On means on, also for a switch that
        is off by default.
    population, patients, seed, covariates, tolerance, allow_extreme, threads
        As for `ivigsim.simulate`.
    days : int
        Split every day from 0 to here.
    switches : mapping, optional
        Other mechanisms turned off or on in all simulations.
    permutations : int, optional
        Orders to sample per patient, an even number from 4. By default all subsets are gone through for up to
        6 mechanisms, and 16 orders are sampled beyond.
    chunk : int, optional
        Patients per unit of work, 256 unless told. Results do not depend on it.

    Returns
    -------
    Attribution

    Raises
    ------
    InputError
        For anything that is not accepted, with what is.
    AttributionFailed
        When no patient could be simulated.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.explain("IVIG 1 g/kg daily x2", patients=20, seed=1, days=3)
    >>> largest = max(found.shares, key=lambda share: share.contribution)
    >>> largest.mechanism, largest.day
    ('fc_gamma_blockade', 3)
    """
    names = _check_mechanisms(mechanisms, switches or {})
    if treatment is None:
        raise InputError(
            "an untreated course has no rise to explain; accepted: a treatment"
            " (nearest: 'IVIG 1 g/kg daily x2')"
        )
    orders = _check_permutations(permutations, len(names))
    run = prepare(
        treatment,
        population=population,
        patients=patients,
        seed=seed,
        days=days,
        covariates=covariates,
        switches=switches,
        outputs=("platelets",),
        tolerance=tolerance,
        allow_extreme=allow_extreme,
        threads=threads,
        chunk=chunk,
    )
    if chunk is None:
        run = replace(run, chunk=min(run.chunk, CHUNK))
    sums = Sums(run.grid)
    for part in play(run, names, orders // 2):
        sums.add(part)
    if not len(sums.numbers):
        reason = next(iter(sums.failures.values()))
        raise AttributionFailed(f"all {run.patients} patients failed under {run.regimen!r}: {reason}")
    baseline, layers, error = sums.means()
    return Attribution(
        regimen=run.regimen,
        population=run.population.name,
        patients=run.patients,
        seed=run.seed,
        covariates=run.covariates,
        tolerance=run.options.tolerance,
        mechanisms=names,
        switches={name: on for name, on in run.switches.items() if name not in names},
        runs=runs(len(names), orders // 2),
        permutations=orders,
        time_d=run.grid,
        baseline=baseline,
        contributions=layers[:-1],
        other=layers[-1],
        standard_error=error,
        numbers=sums.numbers,
        by_patient=sums.by_patient,
        failures=sums.failures,
    )


def _check_mechanisms(mechanisms: object, switches: Mapping[str, bool]) -> tuple[str, ...]:
    if isinstance(mechanisms, str) or not isinstance(mechanisms, Sequence) or not mechanisms:
        raise InputError(
            f"mechanisms is {mechanisms!r}; accepted: a list of switches such as ['fc_gamma_blockade']"
        )
    known = default_switches()
    for place, name in enumerate(mechanisms):
        if name not in known:
            raise unknown("mechanism", str(name), known)
        if name in mechanisms[:place]:
            raise InputError(f"mechanism {name!r} is given twice; accepted: each once")
        if name in switches:
            raise InputError(
                f"mechanism {name!r} is also switched for all simulations; accepted: one of the two"
            )
    return tuple(mechanisms)


def _check_permutations(given: object, mechanisms: int) -> int:
    """Return how many orders to sample; 0 goes through all subsets."""
    if given is None:
        return 0 if mechanisms <= MOST_EXACT else PERMUTATIONS
    number = check_whole("permutations", plain(given), 4, 10_000)
    if number % 2:
        raise InputError(
            f"permutations is {number}; accepted: an even number from 4, since each order is taken with its"
            f" reverse (nearest: {number + 1})"
        )
    return number
