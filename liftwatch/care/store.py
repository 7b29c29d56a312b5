"""What the relational store keeps of prevention: the ports of visits, faults, instructions,
scores, estimates, reports, recalls and the credit list."""

from typing import Protocol

from liftwatch.care.credit_store import CreditReads, CreditWork
from liftwatch.care.faults_store import FaultReads, FaultWork
from liftwatch.care.instruction_store import InstructionReads, InstructionWork
from liftwatch.care.recall_store import RecallReads, RecallWork
from liftwatch.care.renewal_store import RenewalReads, RenewalWork
from liftwatch.care.report import ReportReads, ReportWork
from liftwatch.care.scorecard_facts import ScoreReads
from liftwatch.care.visit_store import VisitReads, VisitWork


class CareReads(
    VisitReads,
    FaultReads,
    InstructionReads,
    RecallReads,
    CreditReads,
    RenewalReads,
    ReportReads,
    ScoreReads,
    Protocol,
):
    """What is read; part of `liftwatch.ports.Books`."""


class CareWork(
    VisitWork,
    FaultWork,
    InstructionWork,
    RecallWork,
    CreditWork,
    RenewalWork,
    ReportWork,
    Protocol,
):
    """What is done in one transaction; part of `liftwatch.ports.Work`."""
