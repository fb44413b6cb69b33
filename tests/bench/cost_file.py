"""A large cost report that looks like the provider's, made once under ``build/bench``."""

from __future__ import annotations

import csv
import gzip
import io
import random
from pathlib import Path

from sandbox.cost_reports import COLUMNS

LINES = 1_000_000
TAGS = 13
PRODUCTS = 60
COMPARTMENTS = 40
RESOURCES = 20_000
HOURS = 6


def cost_file(path: Path, lines: int = LINES) -> Path:
    """A ``cost-csv`` object of so many lines and 40 columns, always the same."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = random.Random(20260122)
    digest = [f"{chance.getrandbits(160):040x}" for _ in range(RESOURCES)]
    owner = [chance.randrange(COMPARTMENTS) for _ in range(RESOURCES)]
    unfinished = path.with_suffix(".part")
    with gzip.GzipFile(unfinished, "wb", 6, mtime=0) as packed, io.TextIOWrapper(packed, "utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*COLUMNS, *(f"tags/key-{number}" for number in range(TAGS))])
        for number in range(lines):
            resource = chance.randrange(RESOURCES)
            product = resource % PRODUCTS
            hour = number * HOURS // lines
            # What is allocated costs the same every hour; what is used varies.
            quantity = f"{chance.random() * 10:.{resource % 17}f}" if resource % 3 == 0 else f"{resource % 97}"
            if number % 13_000 == 0:
                quantity = f"{chance.random():.5e}" if number % 2 else f"0.{chance.getrandbits(80):024d}"
            cost = f"{float(quantity) * 0.0255:.12f}"
            compartment = f"ocid1.compartment.oc1..{digest[owner[resource]]}"
            writer.writerow(
                [
                    f"V2.{chance.getrandbits(48):012x}{digest[resource][:20]}",
                    "ocid1.tenancy.oc1..bench",
                    f"2026-01-20T{hour:02d}:00Z",
                    f"2026-01-20T{hour + 1:02d}:00Z",
                    f"SERVICE_{product % 12}",
                    compartment,
                    f"c{owner[resource]}",
                    "us-ashburn-1",
                    "",
                    f"ocid1.resource.oc1.iad.{digest[resource]}",
                    quantity,
                    "",
                    "90210",
                    f"B{product:05d}",
                    f"Product {product} - Standard, per hour" if product == 7 else f"Product {product}",
                    "0.0255",
                    "",
                    cost,
                    "",
                    "USD",
                    "ONE HOUR",
                    "OCPU Hours",
                    "Y",
                    "false",
                    "",
                    cost,
                    quantity,
                    f"default/service/user-{owner[resource]}",
                    f"{owner[resource]}",
                    *[""] * (TAGS - 2),
                ]
            )
    unfinished.replace(path)
    return path
