"""What the relational store keeps of prevention: visits, faults, instructions, recalls."""

from typing import Protocol

from liftwatch.care.faults_store import FaultReads, FaultWork
from liftwatch.care.instruction_store import InstructionReads, InstructionWork
from liftwatch.care.recall_store import RecallReads, RecallWork
from liftwatch.care.visit_store import VisitReads, VisitWork


class CareReads(VisitReads, FaultReads, InstructionReads, RecallReads, Protocol):
    """What is read; part of `liftwatch.ports.Books`."""


class CareWork(VisitWork, FaultWork, InstructionWork, RecallWork, Protocol):
    """What is done in one transaction; part of `liftwatch.ports.Work`."""
