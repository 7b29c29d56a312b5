"""The tables of the register; they stand in the same schema as all others.

`lift.facts` is what terminals say; what people entered stands here and holds against it. Codes
and the lift before stand once more as columns, where no two lifts may have one.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table

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

locality = Table(
    "locality",
    metadata,
    Column("area", name_type(16), primary_key=True),
    Column("estate", name_type(64), primary_key=True),
    Column("building", name_type(64), primary_key=True),
    Column("name", String(200)),
    Column("name_en", String(200)),
    Column("address", String(500)),
    Column("latitude", Float()),
    Column("longitude", Float()),
    Column("datum", name_type(16)),
    Column("version", Integer(), nullable=False),
)

lift_entry = Table(
    "lift_entry",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("version", Integer(), primary_key=True),
    Column("field", name_type(64), primary_key=True),
    Column("value", JSON(none_as_null=True)),
    Column("who", name_type(64), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
)
