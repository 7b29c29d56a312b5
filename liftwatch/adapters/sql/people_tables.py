"""The tables of people and rights; they stand in the same schema as all others."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
    text,
)

from liftwatch.adapters.sql.tables import metadata, name_type

organisation = Table(
    "organisation",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("credit_code", name_type(18), unique=True),
    Column("phone", String(32)),
    Column("made_ms", BigInteger(), nullable=False),
    Column("closed_ms", BigInteger()),
    Column("version", Integer(), nullable=False),
    Column("kind", name_type(32)),
)

organisation_place = Table(
    "organisation_place",
    metadata,
    Column(
        "organisation",
        name_type(64),
        ForeignKey("organisation.id", name="organisation_place_organisation", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("area", name_type(16), primary_key=True),
    Column("estate", name_type(64), primary_key=True),
    Column("building", name_type(64), primary_key=True),
)

contract = Table(
    "contract",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("lift", name_type(64), nullable=False),
    Column(
        "organisation",
        name_type(64),
        ForeignKey("organisation.id", name="contract_organisation"),
        nullable=False,
    ),
    Column("from_ms", BigInteger(), nullable=False),
    Column("until_ms", BigInteger()),
    Column("version", Integer(), nullable=False),
    Index("contract_of_organisation", "organisation", "lift", "from_ms"),
    Index("contract_of_lift", "lift", "from_ms"),
)

person = Table(
    "person",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("login", name_type(64), nullable=False, unique=True),
    Column("name", LargeBinary(), nullable=False),
    Column("phone", LargeBinary()),
    Column("email", LargeBinary()),
    Column("password", String(200)),
    Column("epoch", Integer(), nullable=False),
    Column("failed", Integer(), nullable=False),
    Column("locked_until_ms", BigInteger()),
    Column("made_ms", BigInteger(), nullable=False),
    Column("disabled_ms", BigInteger()),
    Column("version", Integer(), nullable=False),
)

membership = Table(
    "membership",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column(
        "person",
        name_type(64),
        ForeignKey("person.id", name="membership_person", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("role", name_type(32), nullable=False),
    Column(
        "organisation",
        name_type(64),
        ForeignKey("organisation.id", name="membership_organisation"),
    ),
    Column("from_ms", BigInteger(), nullable=False),
    Column("until_ms", BigInteger()),
    Column("lead", Boolean(), nullable=False, server_default=false()),
    Index("membership_of_person", "person"),
    Index("membership_of_organisation", "organisation"),
)

rota = Table(
    "rota",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column(
        "organisation",
        name_type(64),
        ForeignKey("organisation.id", name="rota_organisation"),
        nullable=False,
    ),
    Column("name", String(200), nullable=False),
    Column("plan", JSON(), nullable=False),
    Column("head", name_type(64)),
    Column("made_ms", BigInteger(), nullable=False),
    Column("changed_ms", BigInteger(), nullable=False),
    Column("ended_ms", BigInteger()),
    Column("version", Integer(), nullable=False),
    Index("rota_of_organisation", "organisation", "id"),
)

organisation_contact = Table(
    "organisation_contact",
    metadata,
    Column(
        "organisation",
        name_type(64),
        ForeignKey("organisation.id", name="organisation_contact_of", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("phone", LargeBinary()),
    Column("email", LargeBinary()),
    Column("station", Boolean(), nullable=False),
    Column("latitude", Float()),
    Column("longitude", Float()),
    Column("datum", name_type(16)),
    Column("version", Integer(), nullable=False),
)

taken_over = Table(
    "taken_over",
    metadata,
    Column(
        "rota",
        name_type(64),
        ForeignKey("rota.id", name="taken_over_rota", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("person", name_type(64), primary_key=True),
    Column("at_ms", BigInteger(), primary_key=True),
)

answered = Table(
    "answered",
    metadata,
    Column("caller", name_type(64), primary_key=True),
    Column("key", name_type(64), primary_key=True),
    Column("digest", name_type(64), nullable=False),
    Column("status", Integer(), nullable=False),
    Column("body", LargeBinary(), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Index("answered_by_made", "made_ms"),
)

credential = Table(
    "credential",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column(
        "person",
        name_type(64),
        ForeignKey("person.id", name="credential_person", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", name_type(16), nullable=False),
    Column("digest", name_type(64), nullable=False, unique=True),
    Column("family", name_type(64), nullable=False),
    Column("label", String(200), nullable=False),
    Column("roles", JSON(), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("expires_ms", BigInteger(), nullable=False),
    Column("ended_ms", BigInteger()),
    Index("credential_of_person", "person", "made_ms"),
    Index("credential_of_family", "family"),
    Index("credential_by_end", "expires_ms"),
)

# A subject is sealed; `mark` finds it, and is made with the installation's secret.
identity = Table(
    "identity",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column(
        "person",
        name_type(64),
        ForeignKey("person.id", name="identity_person", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("issuer", name_type(500), nullable=False),
    Column("mark", name_type(64), nullable=False),
    Column("subject", LargeBinary(), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("used_ms", BigInteger()),
    Column("ended_ms", BigInteger()),
    Index(
        "identity_standing",
        "mark",
        unique=True,
        sqlite_where=text("ended_ms IS NULL"),
        postgresql_where=text("ended_ms IS NULL"),
    ),
    Index("identity_of_person", "person", "made_ms"),
)

dwelling = Table(
    "dwelling",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column(
        "person",
        name_type(64),
        ForeignKey("person.id", name="dwelling_person", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("area", name_type(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("building", name_type(64), nullable=False),
    Column("household", name_type(64), nullable=False),
    Column("from_ms", BigInteger(), nullable=False),
    Column("until_ms", BigInteger()),
    Column("told_by", name_type(64)),
    Index(
        "dwelling_standing",
        *("person", "area", "estate", "building", "household"),
        unique=True,
        sqlite_where=text("until_ms IS NULL"),
        postgresql_where=text("until_ms IS NULL"),
    ),
    Index("dwelling_of_building", "area", "estate", "building", "household"),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("state", name_type(64), primary_key=True),
    Column("browser", name_type(64), nullable=False),
    Column(
        "person",
        name_type(64),
        ForeignKey("person.id", name="sign_in_attempt_person", ondelete="CASCADE"),
    ),
    Column("back", String(2_000), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("expires_ms", BigInteger(), nullable=False),
    Index("sign_in_attempt_by_end", "expires_ms"),
)
