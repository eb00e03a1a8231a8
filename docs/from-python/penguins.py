"""The data of both models: 333 penguins whose sex is known, by species and four measures."""

import csv

import numpy as np

MEASURES = ["beak_length", "beak_depth", "flipper_length", "body_mass"]
SPECIES = ["Adelie", "Chinstrap", "Gentoo"]


def read(file):
    """Measures as float32, NaN where one is missing; species as text; 1 for a male."""
    with open(file, newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["sex"] in ("MALE", "FEMALE")]
    measures = np.array([[float(row[m] or "nan") for m in MEASURES] for row in rows], np.float32)
    return measures, np.array([row["species"] for row in rows]), np.array([row["sex"] == "MALE" for row in rows], int)


def golden(measures, species):
    """Some real rows, one that misses two measures, and one of an unknown species."""
    measures, species = measures[::30].copy(), species[::30].astype(object)
    measures[1, [0, 3]] = np.nan
    species[2] = "Emperor"
    return measures, species
