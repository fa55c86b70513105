"""The method `ecologits-llm/1` as floats: what a token and a second of a model cost, and what requests come to.

Formula and constants are those of EcoLogits (https://ecologits.ai, `ecologits.impacts.llm`); the oracle test holds
them equal to 1e-9 relative. docs/explanation/method.md explains the terms. Every figure is a range: the low end
takes the low end of every factor, the high end every high end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gramledger.core.factors import Factors

Floats = npt.NDArray[np.float64]

PHYSICAL = (
    "energy",  # kWh
    "gwp_usage",  # kgCO2e
    "adpe_usage",  # kgSbe
    "pe_usage",  # MJ
    "water",  # litres
    "gwp_embodied",  # kgCO2e
    "adpe_embodied",  # kgSbe
    "pe_embodied",  # MJ
)
USAGE = slice(0, 5)
"""The quantities that come from electricity; the rest comes from making the hardware."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Where each of M models runs. Bounds first: pue and wue (litres per kWh on site) are (2, M).

    The electricity mix per kWh is (M,) each: gwp in kgCO2e, adpe in kgSbe, pe in MJ, water in litres.
    """

    pue: Floats
    wue: Floats
    gwp: Floats
    adpe: Floats
    pe: Floats
    water: Floats


@dataclass(frozen=True, eq=False)
class Intensities:
    """What the models of a factors file cost; Q quantities (PHYSICAL), 2 bounds, M models.

    `per_token` (Q, 2, M) is what an output token costs the processors whatever time it takes, `per_second`
    (Q, 2, M) what a second of serving costs, `seconds_per_token` (2, M) and `seconds_to_first` (M,) the time.
    """

    per_token: Floats
    per_second: Floats
    seconds_per_token: Floats
    seconds_to_first: Floats

    def linear(self) -> tuple[Floats, Floats]:
        """Cost of an output token and of a request, (Q, 2, M) each, where no request's latency is known."""
        return (
            self.per_token + self.per_second * self.seconds_per_token,
            self.per_second * self.seconds_to_first,
        )

    def impacts(
        self,
        model: npt.NDArray[np.intp],
        tokens: Floats,
        requests: Floats | float = 1.0,
        latency: Floats | None = None,
    ) -> Floats:
        """Impacts of the output of some requests, (Q, 2, rows).

        `model` (rows,) are positions in the factors, `tokens` (rows,) the output tokens, `requests` how many
        requests a row stands for, `latency` (rows,) the seconds they took in all, NaN where not known.
        Time that was measured caps the time that the model is expected to need.
        """
        seconds = self.seconds_per_token[:, model] * tokens + self.seconds_to_first[model] * requests
        if latency is not None:
            seconds = np.fmin(seconds, latency)  # fmin passes over NaN
        return self.per_token[:, :, model] * tokens + self.per_second[:, :, model] * seconds


def intensities(factors: Factors, around: Surroundings) -> Intensities:
    """The intensities of all models of the factors in their surroundings."""
    constant = factors.constants
    models = factors.models
    active = np.array([model.active for model in models]).T
    total = np.array([model.total for model in models]).T
    parallel = constant["batch_size"]

    memory = 1.2 * total * constant["model_quantization_bits"] / 8
    gpus = 2.0 ** np.ceil(np.log2(np.ceil(memory / constant["gpu_memory"])))
    servers = gpus / constant["server_gpus"]

    of_batch = constant["gpu_energy_alpha"] * np.exp(constant["gpu_energy_beta"] * parallel)
    kwh_per_gpu_and_token = (of_batch * active + constant["gpu_energy_gamma"]) / 1000
    kwh_per_token = gpus * kwh_per_gpu_and_token
    kwh_per_second = constant["server_power"] * servers / parallel / 3600

    expected = (
        constant["latency_alpha"] * active + constant["latency_beta"] * parallel + constant["latency_gamma"]
    )
    speed = np.array([np.nan if model.tps is None else model.tps for model in models])
    usage = _of_a_kwh(around)
    embodied = np.stack(
        [
            (
                servers * constant[f"server_embodied_impact_{kind}"]
                + gpus * constant[f"gpu_embodied_impact_{kind}"]
            )
            / (constant["hardware_lifespan"] * parallel)
            for kind in ("gwp", "adpe", "pe")
        ]
    )
    return Intensities(
        per_token=np.concatenate([usage * kwh_per_token, np.zeros_like(embodied)]),
        per_second=np.concatenate([usage * kwh_per_second, embodied]),
        seconds_per_token=np.where(np.isnan(speed), expected, 1 / speed),
        seconds_to_first=np.array([model.ttft or 0.0 for model in models]),
    )


def _of_a_kwh(around: Surroundings) -> Floats:
    """What a kWh at the computer's plug comes to in each usage quantity, (5, 2, M)."""
    return np.stack(
        [
            around.pue,
            around.pue * around.gwp,
            around.pue * around.adpe,
            around.pue * around.pe,
            around.wue + around.pue * around.water,
        ]
    )
