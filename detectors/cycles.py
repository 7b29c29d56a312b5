"""What one door cycle shows by itself."""

from liftwatch.telemetry.messages import Door


def is_clean(door: Door) -> bool:
    """Whether a cycle shows how the doors run: nobody and nothing was in their way.

    >>> said = dict(v=1, terminal="T", boot="b", seq=0, at="", result="closed")
    >>> is_clean(Door(**said, obstructed_s=0.0)), is_clean(Door(**said, reopens=1))
    (True, False)
    """
    return door.result == "closed" and not door.reopens and not door.obstructed_s
