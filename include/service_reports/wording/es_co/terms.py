"""Spanish words for values that come from systems: the cloud's enumerations, the desk's categories.

A value that is not in a dictionary prints as it is.
"""

from __future__ import annotations

import re

from service_reports.contracts.model import Contract
from service_reports.wording.es_co.formats import MISSING
from service_reports.wording.shown import Quoted

BACKUP_STATES = {
    "ACTIVE": "Activo",
    "CANCELED": "Cancelado",
    "CANCELING": "En cancelación",
    "CREATING": "En creación",
    "DELETED": "Eliminado",
    "DELETING": "En eliminación",
    "FAILED": "Fallido",
    "RESTORING": "En restauración",
    "UPDATING": "En actualización",
}
BACKUP_TYPES = {"FULL": "Completa", "INCREMENTAL": "Incremental", "VIRTUAL_FULL": "Completa virtual"}
BACKUP_DESTINATIONS = {
    "AWS_S3": "Amazon S3",
    "DBRS": "Servicio de recuperación de bases de datos",
    "NFS": "Almacenamiento en red (NFS)",
    "OBJECT_STORE": "Almacenamiento de objetos",
    "RECOVERY_APPLIANCE": "Recovery Appliance",
}
BACKUP_NAMES = {"Automatic Backup": "Copia automática (Automatic Backup)"}
FINDINGS = {
    "usage.day_missing": "Día sin consumo",
    "usage.day_partial": "Día con consumo parcial",
    "usage.column_partial": "Recurso con menos horas",
    "metrics.samples_missing": "Faltan mediciones",
    "metrics.day_about_to_expire": "Día por vencer sin métricas",
    "metrics.day_lost": "Día sin métricas, irrecuperable",
    "backup.missing": "Día sin copia de OCI",
    "backup.failed": "Copia de OCI fallida",
    "backup.slow": "Copia de OCI lenta",
    "backup.unknown_value": "Valor no documentado",
    "dump.missing": "Día sin volcado",
    "dump.vanished": "Volcado retirado",
    "dump.late": "Volcado tardío",
    "dump.stale": "Volcado casi igual al anterior",
    "dump.jump": "Cambio brusco de tamaño",
    "tickets.export_old": "Exportación antigua",
    "tickets.vanished": "Solicitud que ya no figura",
    "cost.correction_not_opposite": "Corrección por revisar",
    "cost.lines_aside": "Líneas de costos que quedaron aparte",
    "cost.others_lines_aside": "Líneas de costos de otros que quedaron aparte",
    "cost.service_unknown": "Servicio sin nombre conocido",
    "cost.reconciliation": "Diferencia con el total de OCI",
    "cost.not_reconciled": "Consumo sin conciliar",
    "cost.claimed_twice": "Consumo reclamado por dos contratos",
    "report.figure_changed": "Cifra cambiada desde la emisión",
    "records.reply_set_aside": "Respuesta a una petición que no existe",
    "hour_bank.overdrawn": "Bolsa de horas excedida",
    "hour_bank.without_change_control": "Horas sin control de cambio",
    "hour_bank.opening_differs": "Saldo inicial de la bolsa distinto del emitido",
    "hour_bank.late_charge": "Horas de un periodo ya informado",
}
"""Kinds of findings as they are printed; ``docs/observations.md`` says what each means."""
ORACLE_KEYS = {True: "Gestionada por Oracle", False: "Gestionada por el cliente", None: MISSING}

ACCENTED = {
    "codigo": "código",
    "creditos": "créditos",
    "credito": "crédito",
    "energia": "energía",
    "formula": "fórmula",
    "formulas": "fórmulas",
    "matricula": "matrícula",
    "modulo": "módulo",
    "numero": "número",
    "parametros": "parámetros",
    "publico": "público",
    "saldos": "saldos",
    "tecnico": "técnico",
    "tramite": "trámite",
}
WORD = re.compile(r"[^\W\d_]+")
SHOUTED_TAIL = re.compile(r"[a-záéíóúñ]+[A-ZÁÉÍÓÚÑ]{2,}")


def backup_term(dictionary: dict[str, str], value: str | None) -> str:
    """The Spanish word for one of the provider's enumeration values; an unknown one as it is."""
    return MISSING if value is None else dictionary.get(value) or Quoted(value)


UNCLASSIFIED = "Sin clasificar"
"""Stands where the help desk's category is empty."""


def category(value: str) -> str:
    """A help-desk category with its missing accents, and words typed half in capitals put right.

    It is a quotation; where nobody chose one, our own words say so. The case of the desk is kept:
    ``GESTION CIERRES`` prints as ``GESTIÓN CIERRES``.

    >>> category("Generacion de SalDOS de Cartera")
    'Generación de Saldos de Cartera'
    """
    spelled = WORD.sub(lambda match: _spelled(match.group()), value.strip())
    return Quoted(spelled) if spelled else UNCLASSIFIED


def _spelled(word: str) -> str:
    if word[0].isupper() and not word.isupper() and SHOUTED_TAIL.search(word) and word.lower() in ACCENTED:
        word = word.capitalize()
    lower = word.lower()
    right = ACCENTED.get(lower, lower)
    for plain, accented in (("cion", "ción"), ("sion", "sión"), ("stion", "stión")):
        if right.endswith(plain):
            right = right.removesuffix(plain) + accented
    if right == lower:
        return word
    if word.isupper():
        return right.upper()
    return right.capitalize() if word[0].isupper() else right


def product_name(contract: Contract, code: str) -> str:
    """The one name the contract gives a help-desk product code; an unknown code as it is."""
    for product in contract.products:
        if product.code == code:
            return Quoted(product.name)
    return category(code)
