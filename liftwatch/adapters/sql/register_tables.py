"""The tables of the register; they stand in the same schema as all others.

`lift.facts` is what terminals say; what people entered stands here and holds against it. Codes
and the lift before stand once more as columns, where no two lifts may have one.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, Table

from liftwatch.adapters.sql.tables import metadata, name_type

lift_register = Table(
    "lift_register",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("entered", JSON(), nullable=False),
    Column("entered_by", JSON(), nullable=False),
    Column("said_by", JSON(), nullable=False),
    Column("site", JSON(), nullable=False),
    Column("site_by", JSON(), nullable=False),
    Column("equipment_code", name_type(64)),
    Column("rescue_code", name_type(64)),
    Column("predecessor", name_type(64)),
    Column("version", Integer(), nullable=False),
    Index("lift_register_code", "equipment_code", unique=True),
    Index("lift_register_rescue", "rescue_code"),
    Index("lift_register_predecessor", "predecessor", unique=True),
)

household = Table(
    "household",
    metadata,
    Column("area", name_type(16), primary_key=True),
    Column("estate", name_type(64), primary_key=True),
    Column("building", name_type(64), primary_key=True),
    Column("unit", name_type(64), primary_key=True),
    Column("number", name_type(64), primary_key=True),
    Column("floor_area_dm2", BigInteger(), nullable=False),
    Column("developer_owned", Boolean()),
)
