"""The archive box: which records of a year are filed, their numbers, the printed box, sealing; and single prints."""

from studio_desk.binder.forms import forms
from studio_desk.binder.gaps import Gap, gaps
from studio_desk.binder.prints import print_form, print_records
from studio_desk.binder.receipt_note import Handover, receipt_note
from studio_desk.binder.seal import Filing, Seal, filing, seal_year
from studio_desk.binder.sight import home_look
from studio_desk.binder.volume import BinderResult, print_binder

__all__ = [
    "BinderResult",
    "Filing",
    "Gap",
    "Handover",
    "Seal",
    "filing",
    "forms",
    "gaps",
    "home_look",
    "print_binder",
    "print_form",
    "print_records",
    "receipt_note",
    "seal_year",
]
