"""What the relational store keeps of prevention: the ports of visits, faults and instructions."""

from typing import Protocol

from liftwatch.care.faults_store import FaultReads, FaultWork
from liftwatch.care.instruction_store import InstructionReads, InstructionWork
from liftwatch.care.scorecard_facts import ScoreReads
from liftwatch.care.visit_store import VisitReads, VisitWork


class CareReads(VisitReads, FaultReads, InstructionReads, ScoreReads, Protocol):
    """What is read; part of `liftwatch.ports.Books`."""


class CareWork(VisitWork, FaultWork, InstructionWork, Protocol):
    """What is done in one transaction; part of `liftwatch.ports.Work`."""
