"""What each kind of cause is called that somebody is alerted of."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "lost": "Un informe venció y nadie lo emite",
    "overdue": "Un cierre está atrasado",
    "run_failed": "Una tarea se detuvo",
    "question": "Una pregunta espera respuesta",
    "bounce": "Un mensaje se devolvió",
    "finding": "Un hallazgo no puede esperar",
    "quarantine": "Algo que llegó fue rechazado",
    "silent": "Una fuente no responde",
    "signature": "Una firma quedó incompleta",
    "certificate": "Un certificado está por vencer",
    "hours_low": "La bolsa de horas se agota",
}
"""By kind, as alerts and the page «Informes» begin."""
