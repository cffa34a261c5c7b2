"""National numbers of people: how each is written, and python-stdnum's check of it.

A form that is only digits counts where the check is strong (two check digits, or a date within); numbers with a weak
one count as they are printed, with their marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

FORMS: dict[str, str] = {
    "us.ssn": r"\d{3}-\d{2}-\d{4}",
    "gb.nhs": r"\d{3}[ -]\d{3}[ -]\d{4}",
    "de.idnr": r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
    "fr.nir": r"[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}",
    "es.dni": r"\d{8}-?[A-Z]",
    "es.nie": r"[XYZ]-?\d{7}-?[A-Z]",
    "it.codicefiscale": r"[A-Z]{6} ?\d{2}[A-Z]\d{2} ?[A-Z]\d{3}[A-Z]",
    "se.personnummer": r"(?:\d{2})?\d{6}[-+]\d{4}",
    "dk.cpr": r"\d{6}-\d{4}",
    "fi.hetu": r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]",
    "no.fodselsnummer": r"\d{6} ?\d{5}",
    "is_.kennitala": r"\d{6}-\d{4}",
    "ee.ik": r"\d{11}",
    "pl.pesel": r"\d{11}",
    "be.nn": r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}[.]?\d{2}",
    "ch.ssn": r"756\.?\d{4}\.?\d{4}\.?\d{2}",
    "cz.rc": r"\d{6}/\d{3,4}",
    "ro.cnp": r"[1-9]\d{12}",
    "hr.oib": r"\d{11}",
    "gr.amka": r"\d{11}",
    "br.cpf": r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}",
    "mx.curp": r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d",
    "cl.rut": r"\d{1,2}\.?\d{3}\.?\d{3}-[\dK]",
    "in_.aadhaar": r"\d{4} ?\d{4} ?\d{4}",
    "in_.pan": r"[A-Z]{5}\d{4}[A-Z]",
    "cn.ric": r"\d{17}[\dX]",
    "kr.rrn": r"\d{6}-\d{7}",
    "za.idnr": r"\d{13}",
    "tr.tckimlik": r"\d{11}",
    "ca.sin": r"\d{3}[ -]\d{3}[ -]\d{3}",
    "nl.bsn": r"\d{4}\.\d{2}\.\d{3}",
    "th.pin": r"\d-\d{4}-\d{5}-\d{2}-\d",
    "my.nric": r"\d{6}-\d{2}-\d{4}",
    "au.tfn": r"\d{3} \d{3} \d{3}",
    "ie.pps": r"\d{7}[A-W][A-IW]?",
    "at.vnr": r"\d{4} \d{6}",
    "id.nik": r"\d{16}",
    "ec.ci": r"\d{9}-\d",
}


def finder(names: tuple[str, ...]) -> tuple[re.Pattern[str], Callable[[str], int]]:
    """The search for candidates of these numbers, and the check of one; raises KeyError for an unknown name."""
    forms = [(re.compile(FORMS[name], re.IGNORECASE), import_module(f"stdnum.{name}").is_valid) for name in names]
    anywhere = "|".join(dict.fromkeys(f"(?:{FORMS[name]})" for name in names))
    candidates = re.compile(
        rf"(?<![^\W_])(?=(?:{anywhere})(?![^\W_]))[A-Z0-9](?:[ ./+-]?[A-Z0-9]){{8,20}}", re.IGNORECASE
    )

    def check(text: str) -> int:
        """Forms differ in length, and what follows a number may look like a part of it."""
        for form, is_valid in forms:
            found = form.match(text)
            if found and text[found.end() : found.end() + 1].strip(" ./+-") == "" and is_valid(found[0]):
                return found.end()
        return 0

    return candidates, check
